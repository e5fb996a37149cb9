// Who watches a job: they see it and hear of it like those who work on it. SEEDS.md 3, 6.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::jobs::watchers {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::jobs::watchers
