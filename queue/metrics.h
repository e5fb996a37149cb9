// What the engine counts, by queue and kind. Handles are looked up once a batch; counting is an atomic addition.
// docs/reference/metrics.md tells each one.
#pragma once

#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

#include "core/metrics/metrics.h"
#include "core/pg/pg.h"

namespace nightshift::queue {

/// The series of one kind of run in one queue.
struct RunSeries {
    core::metrics::Histogram waited, took;
    core::metrics::Counter succeeded, retries;
    std::string queue, kind;
};

class Metrics {
public:
    explicit Metrics(core::metrics::Registry& registry);
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// Lives as long as we do. A kind this program does not have is "unknown". Any thread.
    const RunSeries& of(std::string_view queue, std::string_view kind);
    /// One attempt is over: succeeded, retry, crash, dead, cancelled, fenced ...; null: not ours to count.
    void ended(const RunSeries* series, std::string_view outcome, std::size_t runs = 1);

    /// The state of a pool, under its name.
    void watch(const core::pg::Pool& pool);

    core::metrics::Registry& registry;
    core::metrics::Family<core::metrics::Counter>&admitted, &hinted_again;  // by queue
    core::metrics::Counter hints_stale, rescued_runs, rescued_dead, lost_processes;
    core::metrics::Family<core::metrics::Counter>& ticks;  // by outcome
    core::metrics::Histogram tick_late;
    core::metrics::Gauge slots, slots_busy, lease_age, draining;
    core::metrics::Family<core::metrics::Gauge>& broker_connected;  // by role
    core::metrics::Gauge broker_blocked;
    core::metrics::Counter broker_publishes, broker_confirms, broker_nacks;
    core::metrics::Family<core::metrics::Gauge>&pool_size, &pool_in_use, &pool_waiting;  // by pool
    core::metrics::Family<core::metrics::Counter>& pool_failures;

private:
    core::metrics::Family<core::metrics::Histogram>&waited_, &took_;
    core::metrics::Family<core::metrics::Counter>&outcomes_, &retries_;
    std::shared_mutex mutex_;  // guards known_
    std::map<std::pair<std::string, std::string>, RunSeries, std::less<>> known_;
};

}  // namespace nightshift::queue
