// Answers at once, as JSON: what report types say, by the same statements, under the names that their readers know.
// SEEDS.md C-48.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::reports {

std::vector<kit::Route> analytics_routes(const kit::Services& services);

}  // namespace nightshift::api::reports
