#include "queue/tick.h"

#include <algorithm>

#include "core/time/time.h"

namespace nightshift::queue {
namespace {

using core::time::Cron;
using core::time::Instant;
using core::time::Zone;

/// Every tick from the cursor to now, newest `limit` of them: an outage of a week must not take a week to count.
std::vector<Instant> missed(const DueSchedule& due, const Cron& cron, const Zone& zone) {
    const auto limit = static_cast<std::size_t>(due.misfire_limit);
    std::vector<Instant> ticks;  // newest first
    for (std::optional<Instant> tick =
             std::max(cron.previous(due.now, zone).value_or(due.next_fire_at), due.next_fire_at);
         tick && *tick >= due.next_fire_at && ticks.size() < limit;
         tick = cron.previous(*tick - std::chrono::microseconds(1), zone))
        ticks.push_back(*tick);
    std::ranges::reverse(ticks);
    return ticks;
}

std::vector<Fire> by_misfire(const DueSchedule& due, const Cron& cron, const Zone& zone) {
    const auto latest = std::max(cron.previous(due.now, zone).value_or(due.next_fire_at), due.next_fire_at);
    if (due.misfire == "fire_all") {
        std::vector<Fire> fires;
        for (const auto tick : missed(due, cron, zone)) fires.push_back({tick, "fired", ""});
        return fires;
    }
    std::vector<Fire> fires;
    if (latest != due.next_fire_at) {
        const auto* outcome = due.misfire == "skip" ? "misfired" : "coalesced";
        fires.push_back(
            {due.next_fire_at, outcome, "missed; the ticks up to " + core::time::rfc3339(latest) + " go with it"});
    }
    const auto late = due.now - latest;
    const bool fire = late <= kOnTime || (due.misfire == "fire_latest" && late <= due.window);
    fires.push_back(fire ? Fire{latest, "fired", ""}
                         : Fire{latest, "misfired", "too late: the window of the misfire policy is over"});
    return fires;
}

/// Applies the overlap policy to those that would fire; `live` and `waiting` grow as they do.
void by_overlap(const DueSchedule& due, TickPlan& plan) {
    int live = due.live, waiting = due.waiting;
    for (auto& fire : plan.fires) {
        if (fire.outcome != "fired") continue;
        if (due.overlap == "skip" && live > 0) {
            fire.outcome = "skipped";
            fire.reason = "the run before it has not ended";
        } else if (due.overlap == "queue_one" && waiting > 0) {
            fire.outcome = "skipped";
            fire.reason = "one run already waits";
        } else {
            plan.cancel_running |= due.overlap == "cancel_running" && live > 0;
            ++live;
            ++waiting;
        }
    }
    plan.one_at_a_time = due.overlap == "queue_one" || due.overlap == "cancel_running";
}

}  // namespace

TickPlan plan_tick(const DueSchedule& due, const Cron& cron, const Zone& zone) {
    TickPlan plan;
    plan.fires = by_misfire(due, cron, zone);
    by_overlap(due, plan);
    plan.next = cron.next(due.now, zone);
    return plan;
}

}  // namespace nightshift::queue
