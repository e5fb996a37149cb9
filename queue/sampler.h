// Depths and ages of the queues, for metrics: read from PostgreSQL when somebody scrapes, at most every five seconds
// and for at most a hundredth of the time, in a thread of its own, so that a scrape never hangs on a database that
// does.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "core/metrics/metrics.h"
#include "core/pg/pg.h"
#include "queue/loop.h"

namespace nightshift::queue {

class Sampler {
public:
    static constexpr std::chrono::milliseconds kFresh{5000};
    /// Counts no further than `most` a queue and state; `also` reads what belongs to others.
    Sampler(core::metrics::Registry& registry, core::pg::Pool& pool, std::function<void(core::pg::Pool&)> also = {},
            std::int64_t most = 10000);
    void start() { loop_.start(); }
    void stop() { loop_.stop(); }
    /// Before a scrape: has the figures read again when they are old, and waits a second for them at most.
    void refresh(std::chrono::milliseconds fresh = kFresh);

private:
    using Steady = std::chrono::steady_clock;
    std::chrono::milliseconds run_once();
    void sample();

    core::pg::Pool& pool_;
    std::function<void(core::pg::Pool&)> also_;
    std::int64_t most_;
    core::metrics::Family<core::metrics::Gauge>&runs_, &oldest_, &paused_, &processes_;
    core::metrics::Gauge oldest_lease_, oldest_snapshot_, age_;
    std::mutex mutex_;  // guards all below
    std::condition_variable answered_;
    bool wanted_ = false;
    Steady::time_point sampled_at_{}, tried_at_{};
    Steady::duration cost_{};
    Loop loop_;
};

}  // namespace nightshift::queue
