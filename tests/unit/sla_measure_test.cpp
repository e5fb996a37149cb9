// Clocks of service levels: what follows from the history of a job and a promise.
#include <gtest/gtest.h>

#include "core/time/time.h"
#include "domain/sla/clocks.h"
#include "domain/sla/measure.h"

namespace nightshift::domain::sla {
namespace {

using namespace std::chrono_literals;

const BusinessTime kAlways;
const BusinessTime kNever(*core::time::Zone::find("UTC"), {});

Instant at(std::string_view clock, std::string_view day = "2026-11-23") {
    return *core::time::parse_rfc3339(std::string(day) + "T" + std::string(clock) + ":00Z");
}

Terms four_hours(Reopening reopening = Reopening::goes_on) {
    return {4h, &kAlways, reopening};
}

TEST(SlaClock, RunsFromTheBeginningOfTheJobUntilItIsDone) {
    const Facts open{.phases = {{at("09:00"), Effect::runs}}};
    const auto clock = measure(Metric::resolution, open, four_hours(), at("10:00"));
    EXPECT_EQ(clock.due, at("13:00"));
    EXPECT_EQ(used_by(clock, kAlways, at("10:00")), 1h);
    EXPECT_EQ(reaches(clock, four_hours(), 50), at("11:00"));
    EXPECT_FALSE(clock.breached);
    const Facts done{.phases = {{at("09:00"), Effect::runs}, {at("12:00"), Effect::done}}};
    const auto met = measure(Metric::resolution, done, four_hours(), at("20:00"));
    EXPECT_EQ(met.stopped, at("12:00"));
    EXPECT_EQ(met.due, at("13:00")) << "when it would have been late";
    EXPECT_EQ(met.used, 3h);
    EXPECT_FALSE(met.breached);
}

TEST(SlaClock, IsLateSinceTheMomentItsTimeWasUsedUpWheneverOneLooks) {
    const Facts facts{.phases = {{at("09:00"), Effect::runs}, {at("15:00"), Effect::done}}};
    EXPECT_EQ(measure(Metric::resolution, facts, four_hours(), at("13:00")).breached, at("13:00"));
    EXPECT_EQ(measure(Metric::resolution, facts, four_hours(), at("23:00")).breached, at("13:00"));
    const Facts just{.phases = {{at("09:00"), Effect::runs}, {at("13:00"), Effect::done}}};
    EXPECT_FALSE(measure(Metric::resolution, just, four_hours(), at("23:00")).breached) << "in the last moment";
}

TEST(SlaClock, StandsStillInStatusesThatPauseIt) {
    const Facts paused{.phases = {{at("09:00"), Effect::runs}, {at("10:00"), Effect::pauses}}};
    const auto still = measure(Metric::resolution, paused, four_hours(), at("20:00"));
    EXPECT_EQ(still.paused, at("10:00"));
    EXPECT_FALSE(still.due);
    EXPECT_EQ(used_by(still, kAlways, at("20:00")), 1h);
    const Facts on{.phases = {{at("09:00"), Effect::runs},
                              {at("10:00"), Effect::pauses},
                              {at("11:00"), Effect::pauses},
                              {at("12:00"), Effect::runs}}};
    const auto again = measure(Metric::resolution, on, four_hours(), at("12:30"));
    EXPECT_EQ(again.due, at("15:00"));
    ASSERT_EQ(again.pauses.size(), 1U) << "two statuses that pause are one pause";
    EXPECT_EQ(again.pauses.front().to, at("12:00"));
}

TEST(SlaClock, OfAResponseStopsAtTheFirstOneOrWhenTheJobIsDone) {
    const Facts answered{
        .phases = {{at("09:00"), Effect::runs}, {at("12:00"), Effect::done}, {at("13:00"), Effect::runs}},
        .responded = at("09:30")};
    EXPECT_EQ(measure(Metric::first_response, answered, four_hours(), at("20:00")).stopped, at("09:30"));
    const Facts silent{.phases = answered.phases, .responded = at("18:00")};
    EXPECT_EQ(measure(Metric::first_response, silent, four_hours(), at("20:00")).stopped, at("12:00"));
    const Facts early{.phases = {{at("09:00"), Effect::runs}}, .responded = at("08:00")};
    EXPECT_EQ(measure(Metric::first_response, early, four_hours(), at("20:00")).stopped, at("09:00"));
}

TEST(SlaClock, OfAJobThatIsOpenedAgainGoesOnOrStartsAnew) {
    const Facts facts{
        .phases = {{at("09:00"), Effect::runs}, {at("11:00"), Effect::done}, {at("15:00"), Effect::runs}}};
    const auto on = measure(Metric::resolution, facts, four_hours(), at("16:00"));
    EXPECT_EQ(on.due, at("17:00"));
    EXPECT_EQ(on.cycle, 1);
    const auto anew = measure(Metric::resolution, facts, four_hours(Reopening::starts_anew), at("16:00"));
    EXPECT_EQ(anew.due, at("19:00"));
    EXPECT_EQ(anew.started, at("15:00"));
    EXPECT_EQ(anew.cycle, 2);
}

TEST(SlaClock, ThatIsShortenedWhileItStandsStillWasLateWhenItsTimeWasUsed) {
    const Facts facts{.phases = {{at("09:00"), Effect::runs}, {at("12:00"), Effect::pauses}}};
    const auto clock = measure(Metric::resolution, facts, {2h, &kAlways}, at("20:00"));
    EXPECT_EQ(clock.breached, at("11:00"));
    EXPECT_EQ(clock.paused, at("12:00"));
}

TEST(SlaClock, OfACancelledJobIsCancelledAndComesBackWithIt) {
    const Facts off{.phases = {{at("09:00"), Effect::runs}, {at("10:00"), Effect::cancelled}}};
    EXPECT_EQ(measure(Metric::resolution, off, four_hours(), at("20:00")).cancelled, at("10:00"));
    EXPECT_FALSE(measure(Metric::resolution, off, four_hours(), at("20:00")).running_from);
    auto on = off;
    on.phases.push_back({at("12:00"), Effect::runs});
    EXPECT_EQ(measure(Metric::resolution, on, four_hours(), at("12:30")).due, at("15:00"));
}

TEST(SlaClock, ByACalendarThatIsNeverOpenIsNeverDue) {
    const Facts facts{.phases = {{at("09:00"), Effect::runs}}};
    const auto clock = measure(Metric::resolution, facts, {4h, &kNever}, at("20:00"));
    EXPECT_FALSE(clock.due);
    EXPECT_FALSE(clock.breached);
    EXPECT_FALSE(reaches(clock, {4h, &kNever}, 50));
}

TEST(SlaClock, WhoseHoursEndInTheGapOfTheClocksIsDueAtItsEnd) {
    const BusinessTime night(*core::time::Zone::find("Europe/Paris"), {{6, 0, 150}});  // Sundays until 2:30
    const Facts facts{.phases = {{at("12:00", "2026-03-28"), Effect::runs}}};
    const auto clock = measure(Metric::resolution, facts, {2h, &night}, at("13:00", "2026-03-28"));
    EXPECT_EQ(clock.due, at("01:00", "2026-03-29")) << "at 3:00, which follows 1:59";
    const auto later = measure(Metric::resolution, facts, {121min, &night}, at("13:00", "2026-03-28"));
    EXPECT_EQ(later.due, at("22:01", "2026-04-04")) << "there is no 2:01 that day";
}

TEST(SlaThresholds, FireInOrderAndThenAgainAfterEachSoMuchMore) {
    const Thresholds thresholds{.warn_at = {50, 80, 100}, .repeat_every = 50};
    EXPECT_EQ(thresholds.reached(49.9), std::vector<int>{});
    EXPECT_EQ(thresholds.reached(80), (std::vector<int>{50, 80}));
    EXPECT_EQ(thresholds.reached(210), (std::vector<int>{50, 80, 100, 200}));
    EXPECT_EQ(thresholds.next(0), 50);
    EXPECT_EQ(thresholds.next(50), 80);
    EXPECT_EQ(thresholds.next(100), 150);
    EXPECT_EQ(thresholds.next(149.9), 150);
    EXPECT_EQ(thresholds.next(150), 200);
    EXPECT_FALSE(thresholds.next(100000)) << "there is an end to it";
    EXPECT_FALSE((Thresholds{.warn_at = {100}}).next(100));
}

TEST(SlaPolicies, SayWhatIsWrongInThem) {
    const auto problem = [](const char* text) { return check_escalation(core::json::parse(text)); };
    EXPECT_EQ(
        problem(R"([{"at":100,"notify":["assignee","manager"],"raise_priority":true,"reassign_to":"team_lead"}])"), "");
    EXPECT_EQ(problem(R"([{"at":100,"reassign_to":"0190d1a0-0000-7000-8000-000000000001"}])"), "");
    EXPECT_EQ(problem(R"([{"at":100,"webhook":"0190d1a0-0000-7000-8000-000000000001"}])"), "");
    for (const auto* wrong : {R"([{"at":100,"webhook":"https://example.org"}])", R"([{}])", R"([{"at":0}])",
                              R"([{"at":"100"}])", R"([{"at":100,"notify":["boss"]}])",
                              R"([{"at":100,"notify":"assignee"}])", R"([{"at":100,"reassign_to":"somebody"}])",
                              R"([{"at":100,"raise_priority":1}])", R"([{"at":100,"mail":true}])", "[7]"})
        EXPECT_NE(problem(wrong), "") << wrong;
    EXPECT_NE(check_thresholds(core::json::parse("[50, 0]")), "");
    EXPECT_NE(check_thresholds(core::json::parse("[\"50\"]")), "");
    EXPECT_EQ(check_thresholds(core::json::parse("[50, 250]")), "");
}

}  // namespace
}  // namespace nightshift::domain::sla
