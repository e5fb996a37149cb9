// What a schedule does when its tick comes, late or on time: DESIGN 3, misfire and overlap policies.
#include <gtest/gtest.h>

#include "core/time/time.h"
#include "queue/tick.h"

namespace nightshift::tests {
namespace {

using core::time::Cron;
using core::time::Zone;
using queue::DueSchedule;
using queue::plan_tick;

core::time::Instant at(std::string_view text) {
    return core::time::parse_rfc3339(text).value();
}

DueSchedule due(std::string_view cursor, std::string_view now) {
    return {.misfire = "fire_latest",
            .misfire_limit = 100,
            .window = std::chrono::hours(24),
            .overlap = "allow",
            .next_fire_at = at(cursor),
            .now = at(now),
            .live = 0,
            .waiting = 0};
}

queue::TickPlan plan(const DueSchedule& what, const char* rule = "0 * * * *") {
    return plan_tick(what, Cron::parse(rule), *Zone::find("UTC"));
}

TEST(Tick, on_time_fires_once_and_moves_on) {
    const auto planned = plan(due("2026-03-01T10:00:00Z", "2026-03-01T10:00:00.2Z"));
    ASSERT_EQ(planned.fires.size(), 1U);
    EXPECT_EQ(planned.fires[0].outcome, "fired");
    EXPECT_EQ(planned.fires[0].at, at("2026-03-01T10:00:00Z"));
    EXPECT_EQ(planned.next, at("2026-03-01T11:00:00Z"));
}

TEST(Tick, after_an_outage_only_the_latest_fires_and_the_others_are_told_of) {
    const auto planned = plan(due("2026-03-01T10:00:00Z", "2026-03-01T15:30:00Z"));
    ASSERT_EQ(planned.fires.size(), 2U);
    EXPECT_EQ(planned.fires[0].outcome, "coalesced");
    EXPECT_EQ(planned.fires[1].outcome, "fired");
    EXPECT_EQ(planned.fires[1].at, at("2026-03-01T15:00:00Z"));
}

TEST(Tick, fire_all_fires_the_newest_up_to_its_limit_in_order) {
    auto what = due("2026-01-01T00:00:00Z", "2026-03-01T15:30:00Z");
    what.misfire = "fire_all";
    what.misfire_limit = 3;
    const auto planned = plan(what);
    ASSERT_EQ(planned.fires.size(), 3U);
    EXPECT_EQ(planned.fires[0].at, at("2026-03-01T13:00:00Z"));
    EXPECT_EQ(planned.fires[2].at, at("2026-03-01T15:00:00Z"));
}

TEST(Tick, fire_all_over_a_long_outage_of_a_fast_rule_keeps_the_newest) {
    auto what = due("2026-01-01T00:00:00Z", "2026-03-01T15:30:00Z");  // 86,000 minutes
    what.misfire = "fire_all";
    what.misfire_limit = 2;
    const auto planned = plan(what, "* * * * *");
    ASSERT_EQ(planned.fires.size(), 2U);
    EXPECT_EQ(planned.fires[1].at, at("2026-03-01T15:30:00Z"));
}

TEST(Tick, skip_does_not_fire_what_is_late) {
    auto what = due("2026-03-01T10:00:00Z", "2026-03-01T15:30:00Z");
    what.misfire = "skip";
    for (const auto& fire : plan(what).fires) EXPECT_EQ(fire.outcome, "misfired");
}

TEST(Tick, overlap_skip_waits_for_the_run_before) {
    auto what = due("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z");
    what.overlap = "skip";
    what.live = 1;
    EXPECT_EQ(plan(what).fires[0].outcome, "skipped");
}

TEST(Tick, overlap_queue_one_lets_one_wait) {
    auto what = due("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z");
    what.overlap = "queue_one";
    what.live = 1;
    EXPECT_EQ(plan(what).fires[0].outcome, "fired");
    EXPECT_TRUE(plan(what).one_at_a_time);
    what.live = 2;
    what.waiting = 1;
    EXPECT_EQ(plan(what).fires[0].outcome, "skipped");
}

TEST(Tick, overlap_cancel_running_asks_the_old_one_to_stop) {
    auto what = due("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z");
    what.overlap = "cancel_running";
    what.live = 1;
    EXPECT_TRUE(plan(what).cancel_running);
    EXPECT_EQ(plan(what).fires[0].outcome, "fired");
}

}  // namespace
}  // namespace nightshift::tests
