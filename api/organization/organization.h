// The organization that the caller is signed in to. SPEC 1.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::organization {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::organization
