// When a person may be disturbed: quiet hours, working days, and the hour of their digest, on their own clock.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::notifications::hours {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::notifications::hours
