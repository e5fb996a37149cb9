// This process in the names every Prometheus client library uses: memory, processor time, descriptors, threads.
#pragma once

#include "core/metrics/metrics.h"

namespace nightshift::core::metrics {

/// Read from /proc before each scrape, as long as the token lives.
[[nodiscard]] Registry::Token watch_process(Registry& registry);

}  // namespace nightshift::core::metrics
