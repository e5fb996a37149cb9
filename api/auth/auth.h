// Signing in and out, and who one is. SPEC 1.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::auth {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::auth
