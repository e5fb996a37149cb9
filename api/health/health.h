// Health: is the process alive, is it ready for work.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::health {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::health
