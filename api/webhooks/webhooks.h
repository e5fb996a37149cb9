// Webhooks: other systems that hear of events. SPEC 5, Events; docs/how-to/receive-webhooks.md.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::webhooks {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::webhooks
