// Workers: which processes live, and asking one to drain. SPEC 6.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::workers {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::workers
