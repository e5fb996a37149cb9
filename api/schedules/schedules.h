// Schedules: cron rules that make runs. SPEC 6.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::schedules {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::schedules
