// Events as they happen: /ws/notifications/{user_id} and /events. SPEC 5, Events; SEEDS.md C-50, C-51.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::events {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::events
