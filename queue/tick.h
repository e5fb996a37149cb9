// What a due schedule does now: pure, so that every policy is tested without a server. DESIGN 3, Schedules.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/time/cron.h"

namespace nightshift::queue {

struct DueSchedule {
    std::string misfire;  ///< fire_latest, fire_all, skip
    int misfire_limit = 100;
    std::chrono::seconds window{86400};
    std::string overlap;  ///< skip, queue_one, allow, cancel_running
    core::time::Instant next_fire_at;
    core::time::Instant now;
    int live = 0;     ///< runs of this schedule that have not ended
    int waiting = 0;  ///< of those, not yet started
};

struct Fire {
    core::time::Instant at;
    std::string outcome;  ///< fired, skipped, coalesced, misfired
    std::string reason;
};

struct TickPlan {
    std::vector<Fire> fires;  ///< ascending, each instant once
    std::optional<core::time::Instant> next;
    bool cancel_running = false;
    bool one_at_a_time = false;  ///< give the run the schedule's concurrency key
};

/// A tick no later than this is on time, whatever the misfire policy.
inline constexpr std::chrono::seconds kOnTime{60};

TickPlan plan_tick(const DueSchedule& due, const core::time::Cron& cron, const core::time::Zone& zone);

}  // namespace nightshift::queue
