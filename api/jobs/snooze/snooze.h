// Putting a job off: no reminders of it until then, and one when the time has come.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::jobs::snooze {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::jobs::snooze
