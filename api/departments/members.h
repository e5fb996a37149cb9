// Who is in a team, and as what. SPEC 1; seeds/job-management-system.md, Organization Management.
#pragma once

#include "api/kit/resource.h"
#include "api/kit/route.h"

namespace nightshift::api::departments::members {

/// The resource of teams, which departments.cpp defines.
const kit::Resource& teams();

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::departments::members
