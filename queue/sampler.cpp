#include "queue/sampler.h"

#include <limits>
#include <utility>

#include "core/log/log.h"
#include "queue/sql.h"

namespace nightshift::queue {

using namespace std::chrono_literals;

Sampler::Sampler(core::metrics::Registry& registry, core::pg::Pool& pool, std::function<void(core::pg::Pool&)> also,
                 std::int64_t most)
    : pool_(pool),
      also_(std::move(also)),
      most_(most),
      runs_(registry.gauges("nightshift_queue_runs", "Live runs of a queue by state, counted up to 10000.",
                            {"queue", "state"})),
      oldest_(registry.gauges("nightshift_queue_oldest_seconds",
                              "Since when the oldest run is in its state; how late it is, when scheduled.",
                              {"queue", "state"})),
      paused_(registry.gauges("nightshift_queue_paused", "1 while nothing is let in.", {"queue"})),
      processes_(registry.gauges("nightshift_processes", "Processes that have not ended, by state.", {"state"})),
      oldest_lease_(registry.gauge("nightshift_processes_oldest_beat_seconds",
                                   "The longest any process has been silent that has not ended.")),
      oldest_snapshot_(registry.gauge("nightshift_oldest_snapshot_seconds",
                                      "Since when a transaction keeps dead rows from being cleaned up; +Inf: an "
                                      "unused replication slot does.")),
      age_(
          registry.gauge("nightshift_queue_sample_age_seconds",
                         "How old the figures of queues and processes are: they are kept while the database is away.")),
      loop_("sample", [this] { return run_once(); }) {}

void Sampler::refresh(std::chrono::milliseconds fresh) {
    constexpr auto kPatience = 1s;
    constexpr int kShare = 100;
    std::unique_lock lock(mutex_);
    const auto asked = Steady::now();
    if (sampled_at_ == Steady::time_point{} ||
        asked - sampled_at_ >= std::max<Steady::duration>(fresh, cost_ * kShare)) {
        wanted_ = true;
        loop_.wake();
        answered_.wait_for(lock, kPatience, [&] { return tried_at_ >= asked; });
    }
    age_.set(sampled_at_ == Steady::time_point{} ? std::numeric_limits<double>::infinity()
                                                 : std::chrono::duration<double>(Steady::now() - sampled_at_).count());
}

std::chrono::milliseconds Sampler::run_once() {
    constexpr auto kUntilAsked = 1h;
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(wanted_, false)) return kUntilAsked;
    }
    const auto began = Steady::now();
    bool worked = false;
    try {
        sample();
        worked = true;
    } catch (const std::exception& problem) {  // the next scrape tries again; the age tells
        core::log::warn("metrics.sample_failed", {{"error", problem.what()}});
    }
    const std::lock_guard lock(mutex_);
    tried_at_ = Steady::now();
    if (worked) {
        sampled_at_ = tried_at_;
        cost_ = tried_at_ - began;
    }
    answered_.notify_all();
    return wanted_ ? 1ms : std::chrono::milliseconds(kUntilAsked);
}

void Sampler::sample() {
    const auto queues = core::pg::once(pool_, sql::metrics_queues, most_);
    for (std::size_t i = 0; i < queues.size(); ++i) {
        runs_.with({queues.text(i, 0), queues.text(i, 1)}).set(static_cast<double>(queues.number(i, 2)));
        oldest_.with({queues.text(i, 0), queues.text(i, 1)}).set(queues.real(i, 3));
        paused_.with({queues.text(i, 0)}).set(queues.flag(i, 4) ? 1 : 0);
    }
    const auto processes = core::pg::once(pool_, sql::metrics_processes);
    double silent = 0;
    for (std::size_t i = 0; i < processes.size(); ++i) {
        processes_.with({processes.text(i, 0)}).set(static_cast<double>(processes.number(i, 1)));
        silent = std::max(silent, processes.real(i, 2));
    }
    oldest_lease_.set(silent);
    const auto pins = core::pg::once(pool_, sql::pins, 0);
    double held = 0;
    for (std::size_t i = 0; i < pins.size(); ++i)
        held = std::max(held, pins.is_null(i, 1) ? std::numeric_limits<double>::infinity() : pins.real(i, 1));
    oldest_snapshot_.set(held);
    if (also_) also_(pool_);
}

}  // namespace nightshift::queue
