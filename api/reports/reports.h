// Reports: ask for one, see it grow, download it. SPEC 5, Reports.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::reports {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::reports
