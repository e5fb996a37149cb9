// What jobs are made of: types, statuses, priorities, tags. SPEC 2.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::job_configuration {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::job_configuration
