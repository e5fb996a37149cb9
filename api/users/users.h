// People and the roles they have. SPEC 1; SEEDS.md C-14, C-15, C-22.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::users {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::users
