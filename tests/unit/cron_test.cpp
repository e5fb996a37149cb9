// Cron: the dialect, its refusals, and what happens when clocks change. DESIGN 3, Schedules;
// docs/decisions/0002-cron-dst.md.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "core/time/cron.h"
#include "core/time/cron_rule.h"
#include "core/time/time.h"
#include "tests/kit/instrumented.h"

namespace nightshift::core::time {
namespace {

Instant at(const std::string& text) {
    return *parse_rfc3339(text);
}

std::vector<std::string> fires(const std::string& rule, const std::string& zone, const std::string& from,
                               std::size_t count) {
    std::vector<std::string> out;
    for (const auto fire : Cron::parse(rule, "seed").next(at(from), *Zone::find(zone), count))
        out.push_back(rfc3339(fire).substr(0, 19));
    return out;
}

using Strings = std::vector<std::string>;

struct Vector {
    std::string rule, zone, from;
    Strings expected;
};

class Vectors : public testing::TestWithParam<Vector> {};

TEST_P(Vectors, fires_when_the_rule_says) {
    const auto& [rule, zone, from, expected] = GetParam();
    EXPECT_EQ(fires(rule, zone, from, expected.size()), expected) << rule << " in " << zone;
}

INSTANTIATE_TEST_SUITE_P(
    dialect, Vectors,
    testing::Values(
        Vector{"*/15 * * * *", "UTC", "2026-01-01T00:07:00Z", {"2026-01-01T00:15:00", "2026-01-01T00:30:00"}},
        Vector{"0 9 * * MON-FRI", "UTC", "2026-01-02T09:00:00Z", {"2026-01-05T09:00:00", "2026-01-06T09:00:00"}},
        Vector{"30 8 1 * *", "UTC", "2026-01-01T08:30:00Z", {"2026-02-01T08:30:00"}},
        Vector{"0 0 29 2 *", "UTC", "2025-01-01T00:00:00Z", {"2028-02-29T00:00:00", "2032-02-29T00:00:00"}},
        Vector{"0 0 L * *", "UTC", "2026-01-31T00:00:00Z", {"2026-02-28T00:00:00", "2026-03-31T00:00:00"}},
        Vector{"0 0 LW * *", "UTC", "2026-01-31T00:00:00Z", {"2026-02-27T00:00:00", "2026-03-31T00:00:00"}},
        Vector{"0 0 15W * *", "UTC", "2026-02-01T00:00:00Z", {"2026-02-16T00:00:00", "2026-03-16T00:00:00"}},
        Vector{"0 0 1W * *", "UTC", "2026-07-31T00:00:00Z", {"2026-08-03T00:00:00"}},
        Vector{"0 0 * * 5L", "UTC", "2026-01-01T00:00:00Z", {"2026-01-30T00:00:00", "2026-02-27T00:00:00"}},
        Vector{"0 0 * * MON#2", "UTC", "2026-01-01T00:00:00Z", {"2026-01-12T00:00:00", "2026-02-09T00:00:00"}},
        Vector{"0 0 13 * FRI",
               "UTC",
               "2026-01-01T00:00:00Z",
               {"2026-01-02T00:00:00", "2026-01-09T00:00:00", "2026-01-13T00:00:00"}},
        Vector{"0 0 * * 7", "UTC", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00"}},
        Vector{"0 0 ? * SUN", "UTC", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00"}},
        Vector{"*/20 * * * * *",
               "UTC",
               "2026-01-01T00:00:00Z",
               {"2026-01-01T00:00:20", "2026-01-01T00:00:40", "2026-01-01T00:01:00"}},
        Vector{"5/20 * * * *",
               "UTC",
               "2026-01-01T00:00:00Z",
               {"2026-01-01T00:05:00", "2026-01-01T00:25:00", "2026-01-01T00:45:00"}},
        Vector{"0 0 1 jan,jul *", "UTC", "2026-01-01T00:00:00Z", {"2026-07-01T00:00:00", "2027-01-01T00:00:00"}},
        Vector{"@daily", "Asia/Tokyo", "2026-01-01T00:00:00Z", {"2026-01-01T15:00:00"}},
        Vector{"@every 15m", "Europe/Paris", "2026-01-01T00:07:00Z", {"2026-01-01T00:15:00", "2026-01-01T00:30:00"}},
        Vector{"5-5/10 * * * *", "UTC", "2026-01-01T00:00:00Z", {"2026-01-01T00:05:00", "2026-01-01T01:05:00"}},
        Vector{"0 */24 * * *", "UTC", "2026-01-01T00:00:00Z", {"2026-01-02T00:00:00", "2026-01-03T00:00:00"}},
        Vector{"0 0 * * 7/2", "UTC", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00", "2026-01-11T00:00:00"}},
        Vector{"0 0 * * SUN/3",
               "UTC",
               "2026-01-01T00:00:00Z",
               {"2026-01-03T00:00:00", "2026-01-04T00:00:00", "2026-01-07T00:00:00"}},
        Vector{"0 0 * * MON-SUN",
               "UTC",
               "2026-01-02T00:00:00Z",
               {"2026-01-03T00:00:00", "2026-01-04T00:00:00", "2026-01-05T00:00:00"}},
        Vector{"0 0 * * MON-SUN/3",
               "UTC",
               "2026-01-01T00:00:00Z",
               {"2026-01-04T00:00:00", "2026-01-05T00:00:00", "2026-01-08T00:00:00"}},
        Vector{"0 0 * * FRI-SUN,MON",
               "UTC",
               "2026-01-01T00:00:00Z",
               {"2026-01-02T00:00:00", "2026-01-03T00:00:00", "2026-01-04T00:00:00", "2026-01-05T00:00:00"}},
        Vector{"0 0 * * SUN-MON", "UTC", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00", "2026-01-05T00:00:00"}},
        Vector{"0 0 * * 5-7", "UTC", "2026-01-03T00:00:00Z", {"2026-01-04T00:00:00", "2026-01-09T00:00:00"}},
        Vector{"@every 366d", "UTC", "1969-01-01T00:00:00Z", {"1970-01-01T00:00:00", "1971-01-02T00:00:00"}},
        Vector{"@hourly", "Asia/Kolkata", "2026-01-01T00:00:00Z", {"2026-01-01T00:30:00"}}));

INSTANTIATE_TEST_SUITE_P(
    clock_changes, Vectors,
    testing::Values(
        // In a gap, a rule that names one hour fires at the first valid instant after it; the next day as ever.
        Vector{"30 2 * * *", "Europe/Paris", "2026-03-28T12:00:00Z", {"2026-03-29T01:00:00", "2026-03-30T00:30:00"}},
        Vector{"0,30 2 * * *", "Europe/Paris", "2026-03-28T12:00:00Z", {"2026-03-29T01:00:00", "2026-03-30T00:00:00"}},
        // In a fold, on the first pass only.
        Vector{"30 2 * * *", "Europe/Paris", "2026-10-24T12:00:00Z", {"2026-10-25T00:30:00", "2026-10-26T01:30:00"}},
        Vector{
            "30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", {"2026-11-01T05:30:00", "2026-11-02T06:30:00"}},
        // Rules that follow the wall clock skip the gap and repeat the fold.
        Vector{"0 * * * *", "Europe/Paris", "2026-03-29T00:00:00Z", {"2026-03-29T01:00:00", "2026-03-29T02:00:00"}},
        Vector{"30 1,2 * * *", "Europe/Paris", "2026-03-28T23:00:00Z", {"2026-03-29T00:30:00", "2026-03-29T23:30:00"}},
        Vector{"30 1,2 * * *",
               "Europe/Paris",
               "2026-10-24T22:00:00Z",
               {"2026-10-24T23:30:00", "2026-10-25T00:30:00", "2026-10-25T01:30:00", "2026-10-26T00:30:00"}},
        Vector{"*/30 2 * * *",
               "Europe/Paris",
               "2026-10-24T22:00:00Z",
               {"2026-10-25T00:00:00", "2026-10-25T00:30:00", "2026-10-25T01:00:00", "2026-10-25T01:30:00"}},
        // Long after the last change that the zone files list: their footer goes on.
        Vector{"30 2 * * *", "Europe/Paris", "2090-03-25T12:00:00Z", {"2090-03-26T01:00:00", "2090-03-27T00:30:00"}},
        Vector{"0 12 * * *", "America/New_York", "2099-07-01T00:00:00Z", {"2099-07-01T16:00:00"}},
        Vector{"0 12 * * *", "Australia/Sydney", "2099-01-01T02:00:00Z", {"2099-01-02T01:00:00"}},
        Vector{"0 12 * * *", "Europe/Dublin", "2099-07-01T00:00:00Z", {"2099-07-01T11:00:00"}},
        // Half an hour of a change, and a day that never was.
        Vector{"15 2 * * *",
               "Australia/Lord_Howe",
               "2026-10-03T00:00:00Z",
               {"2026-10-03T15:30:00", "2026-10-04T15:15:00"}},
        Vector{"0 12 * * *",
               "Pacific/Apia",
               "2011-12-29T12:00:00Z",
               {"2011-12-29T22:00:00", "2011-12-30T10:00:00", "2011-12-30T22:00:00"}},
        Vector{"0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", {"2026-04-23T22:00:00", "2026-04-24T21:00:00"}}));

TEST(Cron, an_hour_list_of_all_hours_means_the_same_as_a_star) {
    for (const auto* zone : {"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"})
        EXPECT_EQ(fires("0 0-23 * * *", zone, "2026-03-27T00:00:00Z", 100),
                  fires("0 * * * *", zone, "2026-03-27T00:00:00Z", 100))
            << zone;
}

struct Refusal {
    std::string rule;
    std::size_t column;
};
class Refusals : public testing::TestWithParam<Refusal> {};

TEST_P(Refusals, name_the_column) {
    try {
        Cron::parse(GetParam().rule);
        FAIL() << GetParam().rule << " was accepted";
    } catch (const CronError& problem) {
        EXPECT_EQ(problem.problem().column, GetParam().column) << GetParam().rule << ": " << problem.what();
        EXPECT_FALSE(problem.problem().expected.empty());
    }
}

INSTANTIATE_TEST_SUITE_P(
    wrong, Refusals,
    testing::Values(Refusal{"", 1}, Refusal{"* * * *", 8}, Refusal{"60 * * * *", 1}, Refusal{"* 24 * * *", 3},
                    Refusal{"* * 0 * *", 5}, Refusal{"* * * 13 *", 7}, Refusal{"* * * * 8", 9},
                    Refusal{"*/0 * * * *", 3}, Refusal{"5-1 * * * *", 1}, Refusal{"1,,2 * * * *", 3},
                    Refusal{"* * * FOO *", 7}, Refusal{"* * * * * * *", 13}, Refusal{"@fortnightly", 1},
                    Refusal{"@every soon", 8}, Refusal{"@every 0", 8}, Refusal{"@every 0s", 8},
                    Refusal{"@every -5m", 8}, Refusal{"@every 367d", 8}, Refusal{"@every nan", 8},
                    Refusal{"@every 99999999999999999999w", 8}, Refusal{"@every 1.5s", 8}, Refusal{"@every", 7},
                    Refusal{"@every 5m 3", 11}, Refusal{"* * * * FRI-MON", 9}, Refusal{"* * * * 7-2", 9},
                    Refusal{"*/61 * * * *", 3}, Refusal{"* */25 * * *", 5}, Refusal{"0 0 31 2 *", 5},
                    Refusal{"* * * * MON#6", 13}, Refusal{"1x * * * *", 2}, Refusal{"-1 * * * *", 1}));

TEST(Cron, spread_is_stable_and_in_range) {
    const auto one = Cron::parse("H H * * *", "a"), same = Cron::parse("H H * * *", "a");
    const auto zone = *Zone::find("UTC");
    EXPECT_EQ(one.next(at("2026-01-01T00:00:00Z"), zone), same.next(at("2026-01-01T00:00:00Z"), zone));
    std::set<std::int64_t> minutes;
    for (int i = 0; i < 200; ++i) {
        const auto fire = *Cron::parse("H * * * *", std::to_string(i)).next(at("2026-01-01T00:00:00Z"), zone);
        minutes.insert(std::chrono::duration_cast<std::chrono::minutes>(fire.time_since_epoch()).count() % 60);
    }
    EXPECT_GT(minutes.size(), 40U);
}

/// What the definition says, minute by minute: the slow truth to compare with, for rules that follow the wall clock.
std::vector<Instant> slow_truth(const Cron::Rule& rule, const Zone& zone, Instant from, Instant until) {
    std::vector<Instant> out;
    for (auto minute = from + std::chrono::minutes(1); minute < until; minute += std::chrono::minutes(1)) {
        const auto second = std::chrono::floor<std::chrono::seconds>(minute.time_since_epoch());
        const auto wall = second + std::chrono::seconds(zone.at(second.count()).offset);
        const auto day = std::chrono::floor<std::chrono::days>(wall);
        const auto clock = std::chrono::hh_mm_ss(wall - day);
        const std::chrono::year_month_day date{std::chrono::sys_days{day}};
        if ((rule.minutes >> static_cast<unsigned>(clock.minutes().count()) & 1U) != 0 &&
            (rule.hours >> static_cast<unsigned>(clock.hours().count()) & 1U) != 0 &&
            (rule.days_of({date.year(), date.month()}) >> static_cast<unsigned>(date.day()) & 1U) != 0)
            out.push_back(minute);
    }
    return out;
}

TEST(Cron, agrees_with_a_walk_over_every_minute_around_clock_changes) {
    std::mt19937 random(20261121);
    const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
    for (const auto* name :
         {"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca",
          "America/Sao_Paulo", "Pacific/Chatham", "Asia/Gaza", "UTC", "America/St_Johns"}) {
        const auto zone = *Zone::find(name);
        for (int round = 0; round < 12; ++round) {
            const auto text = "*/" + std::to_string(pick(7, 50)) + " " + std::to_string(pick(0, 11)) + "-" +
                              std::to_string(pick(12, 23)) + " * * " + std::to_string(pick(0, 3)) + "-" +
                              std::to_string(pick(4, 6));
            // Around a change of the clocks, where there is one that year.
            const auto middle = at("20" + std::to_string(pick(10, 99)) + "-06-15T00:00:00Z");
            const auto end = zone.at(std::chrono::system_clock::to_time_t(middle)).end;
            const bool changes = end < 4102444800;  // 2100
            const auto change = changes ? Instant(std::chrono::seconds(end)) : middle;
            const auto from = change - std::chrono::hours(pick(1, 60)), until = change + std::chrono::hours(60);
            const auto expected = slow_truth(parse_rule(text, ""), zone, from, until);
            EXPECT_EQ(Cron::parse(text).next(from, zone, expected.size()), expected)
                << text << " in " << name << " from " << rfc3339(from);
        }
    }
}

TEST(Cron, says_what_the_clocks_did_to_a_fire) {
    const auto why = [](const char* rule, const char* fire, const char* zone = "Europe/Paris") {
        return Cron::parse(rule).why(at(fire), *Zone::find(zone));
    };
    EXPECT_EQ(why("30 2 * * *", "2026-03-29T01:00:00Z"),
              "in the gap: there is no 02:30, so the first valid instant after it");
    EXPECT_EQ(why("30 2 * * *", "2026-10-25T00:30:00Z"), "in the fold: first pass of two, once is enough");
    EXPECT_EQ(why("30 2 * * *", "2026-03-30T00:30:00Z"), "");
    EXPECT_EQ(why("0 3 * * *", "2026-03-29T01:00:00Z"), "");
    EXPECT_EQ(why("30 1-4 * * *", "2026-03-29T01:30:00Z"), "after the gap: there is no 02:30, so it is skipped");
    EXPECT_EQ(why("30 1-4 * * *", "2026-03-29T02:30:00Z"), "");
    EXPECT_EQ(why("30 * * * *", "2026-10-25T00:30:00Z"), "in the fold: first pass of two");
    EXPECT_EQ(why("30 * * * *", "2026-10-25T01:30:00Z"), "in the fold: second pass of two");
    EXPECT_EQ(why("@every 15m", "2026-10-25T01:30:00Z"), "");
    EXPECT_EQ(why("30 * * * *", "2026-10-25T01:30:00Z", "UTC"), "");
}

TEST(Cron, ten_thousand_fires_of_the_worst_rules_take_no_second) {
    for (const auto* rule : {"0-59 0-59 2 * * *", "0-58 0-58 23 29 2 *", "0 0 * 2 MON#5", "0 0 29W 2 *",
                             "59 59 23 31 12 *", "0 0 1W,2W,15W,30W,LW * SUN#5,6L"}) {
        const auto begin = std::chrono::steady_clock::now();
        std::size_t fires = 0;
        for (auto from = at("2026-01-01T00:00:00Z"); fires < 10000; ++fires) {
            const auto next = Cron::parse(rule).next(from, *Zone::find("Europe/Paris"));
            from = next ? *next : at("2026-01-01T00:00:00Z");
        }
        EXPECT_TRUE(tests::kInstrumented || std::chrono::steady_clock::now() - begin < std::chrono::seconds(1)) << rule;
    }
}

TEST(Cron, previous_is_the_last_fire_not_after) {
    const auto zone = *Zone::find("Europe/Paris");
    const auto cron = Cron::parse("30 2 * * *");
    EXPECT_EQ(cron.previous(at("2026-03-29T01:00:00Z"), zone), at("2026-03-29T01:00:00Z"));
    EXPECT_EQ(cron.previous(at("2026-03-29T00:59:59Z"), zone), at("2026-03-28T01:30:00Z"));
}

TEST(Zone, unknown_ones_are_refused_with_the_nearest_name) {
    EXPECT_FALSE(Zone::find("Eurpe/Berlin"));
    EXPECT_NE(Zone::suggest("Eurpe/Berlin").find("Europe/Berlin"), std::string::npos);
}

}  // namespace
}  // namespace nightshift::core::time
