// Reports that people put together themselves: a source, and of its rows columns, filters, groups and a chart. SEEDS.md
// JMS-123.
#pragma once

#include <vector>

#include "api/kit/route.h"

namespace nightshift::api::reports {

std::vector<kit::Route> definition_routes(const kit::Services& services);

}  // namespace nightshift::api::reports
