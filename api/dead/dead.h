// Dead runs, together by the shape of their failure: redrive, mute, resolve. SPEC 6.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::dead {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::dead
