// Departments, the teams in them, and the people in teams. SPEC 1.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::departments {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::departments
