// How telling people stands, for metrics: what waits for its next try, and which destinations are left alone.
#pragma once

#include "core/metrics/metrics.h"
#include "core/pg/pg.h"

namespace nightshift::domain::deliveries {

/// The gauges, by channel: mail and webhook.
class Standing {
public:
    explicit Standing(core::metrics::Registry& registry);
    /// Reads them anew; counts no further than 10000.
    void sample(core::pg::Pool& pool) const;

private:
    core::metrics::Family<core::metrics::Gauge>&waiting_, &left_alone_;
};

}  // namespace nightshift::domain::deliveries
