// Calendars, their days that are different, and sums of business time.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::calendars {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::calendars
