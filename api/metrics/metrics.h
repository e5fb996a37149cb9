// Metrics: what Prometheus scrapes.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::metrics {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::metrics
