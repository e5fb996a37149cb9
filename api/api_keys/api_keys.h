// Keys for machines: they may what their person may, or less. SPEC 1.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::api_keys {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::api_keys
