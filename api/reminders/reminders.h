// Reminder rules, and what they would do. SPEC 5, Reminders; SEEDS.md C-47.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::reminders {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::reminders
