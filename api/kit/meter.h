// Counts requests by route, method and class of status: the route as it is written in the table, never a path from
// outside.
#pragma once

#include <chrono>
#include <string_view>

#include "core/metrics/metrics.h"

namespace nightshift::api::kit {

class Meter {
public:
    explicit Meter(core::metrics::Registry& registry);
    /// `route`: "/api/v1/runs/{id}"; empty: no route matched. Any thread.
    void count(std::string_view route, std::string_view method, int status, std::chrono::nanoseconds took);

private:
    core::metrics::Family<core::metrics::Counter>& requests_;
    core::metrics::Family<core::metrics::Histogram>& seconds_;
};

}  // namespace nightshift::api::kit
