// Policies of service levels, their simulation, and the clocks of all jobs.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::sla {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::sla
