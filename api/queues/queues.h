// Queues: how deep they are, pause, resume, limits. SPEC 6.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::queues {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::queues
