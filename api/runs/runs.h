// Runs: submit, see, cancel, try again. SPEC 6.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::runs {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::runs
