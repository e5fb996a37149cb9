// What the caller should know: their own notifications and nobody else's, whatever they may. SPEC 5; JMS-51 to JMS-53.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::notifications {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::notifications
