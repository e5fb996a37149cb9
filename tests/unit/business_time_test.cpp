// Business time against a counter of minutes that knows nothing of it: it walks minute by minute and asks the zone what
// the clocks show.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/schema/checks.h"
#include "core/time/time.h"
#include "domain/calendars/business_time.h"
#include "domain/calendars/calendars.h"

namespace nightshift::domain::calendars {
namespace {

using namespace std::chrono_literals;
using core::time::Zone;
namespace json = core::json;

constexpr std::int64_t kDay = core::time::kDaySeconds, kMargin = 4 * kDay;

Instant moment(std::string_view text) {
    return *core::time::parse_rfc3339(text);
}

Instant at_second(std::int64_t second) {
    return Instant(std::chrono::seconds(second));
}

BusinessTime office(std::string_view zone, Exceptions exceptions = {}) {
    std::vector<Shift> week;
    for (int day = 0; day < 5; ++day) week.push_back({day, 9 * 60, 17 * 60});
    return {*Zone::find(zone), week, std::move(exceptions)};
}

/// Which minutes from `begin` on are open, by the definition of a shift: from the first minute at which the clocks have
/// reached its beginning until the first at which they have reached its end.
std::vector<bool> counted_minutes(const Zone& zone, const std::vector<Shift>& week, const Exceptions& exceptions,
                                  std::int64_t begin, std::size_t minutes) {
    std::vector<std::int64_t> shown(minutes);  // the furthest the wall clock has come
    for (std::size_t i = 0; i < minutes; ++i) {
        const auto second = begin + static_cast<std::int64_t>(i) * 60;
        const auto wall = second + zone.at(second).offset;
        shown[i] = i == 0 ? wall : std::max(shown[i - 1], wall);
    }
    std::vector<bool> open(minutes);
    const auto mark = [&](std::int64_t from, std::int64_t to) {
        const auto reaches = [&](std::int64_t wall) { return std::ranges::lower_bound(shown, wall) - shown.begin(); };
        for (auto i = reaches(from); i < reaches(to); ++i) open[static_cast<std::size_t>(i)] = true;
    };
    for (auto day = shown.front() / kDay + 1; day <= shown.back() / kDay; ++day) {
        std::vector<Hours> hours;
        if (const auto found = exceptions.find(day); found != exceptions.end())
            hours = found->second;
        else
            for (const auto& shift : week)
                if (shift.weekday == (day + 3) % 7) hours.push_back({shift.from, shift.to});
        for (const auto& [from, to] : hours)
            mark(day * kDay + from * 60, day * kDay + (to > from ? to : to + 1440) * 60);
    }
    return open;
}

class Chance {
public:
    explicit Chance(std::uint32_t seed) : engine_(seed) {}
    std::int64_t upto(std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(engine_); }
    std::vector<Shift> week() {
        std::vector<Shift> shifts;
        for (auto left = upto(9); left >= 0; --left) {
            const int from = static_cast<int>(upto(95)) * 15;
            const int to = static_cast<int>(upto(95) + 1) * 15;
            shifts.push_back({static_cast<int>(upto(6)), from, to == from ? to + 15 : to});
        }
        return shifts;
    }
    Exceptions exceptions(std::int64_t around) {
        Exceptions made;
        for (auto left = upto(4); left > 0; --left) {
            auto& hours = made[around / kDay + upto(8)];
            if (upto(2) == 0) hours.push_back({static_cast<int>(upto(40)) * 15, static_cast<int>(upto(40) + 48) * 15});
        }
        return made;
    }

private:
    std::mt19937 engine_;
};

/// A week around a moment, seen by both.
struct Case {
    Zone zone;
    std::vector<Shift> week;
    Exceptions exceptions;
    std::int64_t begin;
    std::vector<bool> open;
    BusinessTime calendar;

    Case(Zone of, std::int64_t around, Chance& chance)
        : zone(of),
          week(chance.week()),
          exceptions(chance.exceptions(around)),
          begin(around - around % 60 - kMargin),
          open(counted_minutes(zone, week, exceptions, begin, static_cast<std::size_t>((kMargin * 2 + 9 * kDay) / 60))),
          calendar(zone, week, exceptions) {}
    Instant at(std::size_t minute) const { return at_second(begin + static_cast<std::int64_t>(minute) * 60); }
    std::int64_t count(std::size_t from, std::size_t to) const {
        return std::count(open.begin() + static_cast<std::ptrdiff_t>(from),
                          open.begin() + static_cast<std::ptrdiff_t>(to), true);
    }
};

/// The clocks of these change in that week; the last ones by half an hour, at midnight, and by a whole day.
const std::pair<const char*, const char*> kChanges[] = {
    {"Europe/Paris", "2026-03-29T01:00:00Z"},        {"Europe/Paris", "2026-10-25T01:00:00Z"},
    {"America/New_York", "2026-03-08T07:00:00Z"},    {"America/New_York", "2026-11-01T06:00:00Z"},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}, {"Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
    {"America/Santiago", "2026-09-06T04:00:00Z"},    {"Africa/Cairo", "2026-10-29T21:00:00Z"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z"},        {"UTC", "2026-01-01T00:00:00Z"},
    {"Asia/Kolkata", "2026-02-28T12:00:00Z"}};

TEST(BusinessTime, agrees_with_a_counter_of_minutes_on_thousands_of_weeks_and_changes_of_clocks) {
    Chance chance(20261121);
    int sums = 0;
    for (int round = 0; round < 60; ++round)
        for (const auto& [zone, change] : kChanges) {
            const auto around = std::chrono::floor<std::chrono::seconds>(moment(change).time_since_epoch()).count();
            const Case one(*Zone::find(zone), around, chance);
            const auto first = static_cast<std::size_t>(kMargin / 60 - 2 * 1440);
            for (int i = 0; i < 10; ++i) {
                const auto from = first + static_cast<std::size_t>(chance.upto(4 * 1440));
                const auto to = from + static_cast<std::size_t>(chance.upto(4 * 1440));
                const auto open = one.count(from, to);
                ASSERT_EQ(one.calendar.elapsed(one.at(from), one.at(to)), open * 60s)
                    << zone << " " << core::time::rfc3339(one.at(from)) << " to " << core::time::rfc3339(one.at(to));
                ASSERT_EQ(one.calendar.is_open(one.at(from)), bool(one.open[from])) << zone;
                if (open == 0) continue;
                auto last = to;  // the end of the last open minute is where that much has passed
                while (!one.open[last - 1]) --last;
                ASSERT_EQ(core::time::rfc3339(one.calendar.add(one.at(from), open * 60s)),
                          core::time::rfc3339(one.at(last)))
                    << zone << " from " << core::time::rfc3339(one.at(from));
                auto opening = from;
                while (!one.open[opening]) ++opening;
                ASSERT_EQ(one.calendar.next_opening(one.at(from)), one.at(opening)) << zone;
                ++sums;
            }
        }
    EXPECT_GT(sums, 4000);
}

TEST(BusinessTime, is_added_over_nights_and_weekends_to_the_microsecond) {
    const auto paris = office("Europe/Paris");
    EXPECT_EQ(paris.add(moment("2026-11-20T15:30:00.25Z"), 2h), moment("2026-11-23T09:30:00.25Z"));
    EXPECT_EQ(paris.add(moment("2026-11-20T15:00:00Z"), 1h), moment("2026-11-20T16:00:00Z")) << "the end of the day";
    EXPECT_EQ(paris.add(moment("2026-11-21T12:00:00Z"), 0s), moment("2026-11-21T12:00:00Z"));
    EXPECT_EQ(paris.elapsed(moment("2026-11-20T12:00:00Z"), moment("2026-11-24T12:00:00Z")), 16h);
    EXPECT_EQ(paris.elapsed(moment("2026-11-24T12:00:00Z"), moment("2026-11-20T12:00:00Z")), 0s);
}

TEST(BusinessTime, passes_over_holidays_and_counts_the_hours_of_days_that_are_different) {
    const auto christmas = moment("2026-12-25T00:00:00Z").time_since_epoch() / 24h;
    const auto paris = office("Europe/Paris", {{christmas, {}}, {christmas - 1, {{9 * 60, 12 * 60}}}});
    EXPECT_EQ(paris.add(moment("2026-12-24T10:00:00Z"), 2h), moment("2026-12-28T09:00:00Z"));
    EXPECT_EQ(paris.elapsed(moment("2026-12-24T00:00:00Z"), moment("2026-12-28T00:00:00Z")), 3h);
}

TEST(BusinessTime, of_a_night_shift_is_seven_hours_when_the_clocks_go_forward_and_nine_when_they_go_back) {
    const BusinessTime night(*Zone::find("Europe/Paris"), {{5, 22 * 60, 6 * 60}});
    EXPECT_EQ(night.elapsed(moment("2026-03-28T12:00:00Z"), moment("2026-03-29T12:00:00Z")), 7h);
    EXPECT_EQ(night.elapsed(moment("2026-10-24T12:00:00Z"), moment("2026-10-25T12:00:00Z")), 9h);
    EXPECT_EQ(night.elapsed(moment("2026-05-16T12:00:00Z"), moment("2026-05-17T12:00:00Z")), 8h);
}

TEST(BusinessTime, of_hours_that_the_clocks_skip_is_none_that_day) {
    const BusinessTime early(*Zone::find("Europe/Paris"), {{6, 2 * 60, 3 * 60}});
    EXPECT_EQ(early.elapsed(moment("2026-03-28T00:00:00Z"), moment("2026-03-30T00:00:00Z")), 0s);
    EXPECT_EQ(early.add(moment("2026-03-28T00:00:00Z"), 30min), moment("2026-04-05T00:30:00Z"));
}

TEST(BusinessTime, of_a_calendar_without_open_hours_is_refused_by_its_own_error) {
    const BusinessTime never(*Zone::find("Europe/Paris"), {});
    EXPECT_THROW(never.add(moment("2026-01-01T00:00:00Z"), 1s), NoOpenHours);
    EXPECT_THROW(never.next_opening(moment("2026-01-01T00:00:00Z")), NoOpenHours);
    EXPECT_FALSE(never.is_open(moment("2026-01-01T00:00:00Z")));
    EXPECT_EQ(never.elapsed(moment("2026-01-01T00:00:00Z"), moment("2027-01-01T00:00:00Z")), 0s);
    const auto day = moment("2027-05-01T00:00:00Z").time_since_epoch() / 24h;
    const BusinessTime once(*Zone::find("UTC"), {}, {{day, {{600, 660}}}});
    EXPECT_EQ(once.add(moment("2026-01-01T00:00:00Z"), 1h), moment("2027-05-01T11:00:00Z"));
    EXPECT_THROW(once.add(moment("2026-01-01T00:00:00Z"), 61min), NoOpenHours);
}

TEST(BusinessTime, around_the_clock_is_time) {
    const BusinessTime always;
    EXPECT_EQ(always.add(moment("2026-03-28T12:00:00Z"), 30h), moment("2026-03-29T18:00:00Z"));
    EXPECT_EQ(always.elapsed(moment("2026-03-28T12:00:00Z"), moment("2026-03-29T12:00:00Z")), 24h);
    EXPECT_TRUE(always.is_open(moment("2026-03-28T12:00:00Z")));
}

TEST(BusinessTime, counts_no_minute_twice_where_shifts_overlap) {
    const BusinessTime twice(*Zone::find("UTC"), {{0, 9 * 60, 12 * 60}, {0, 11 * 60, 13 * 60}, {6, 23 * 60, 10 * 60}});
    EXPECT_EQ(twice.elapsed(moment("2026-11-22T00:00:00Z"), moment("2026-11-24T00:00:00Z")), 14h);
}

TEST(CalendarTexts, are_refused_with_what_is_wrong_in_them) {
    const auto problem = [](const char* text) { return check_week(json::parse(text)); };
    EXPECT_EQ(problem(R"([{"weekday":"monday","from":"09:00","to":"24:00"}])"), "");
    EXPECT_EQ(problem(R"([{"weekday":"monday","from":"22:00","to":"06:00"}])"), "");
    EXPECT_NE(problem(R"([{"weekday":"mon","from":"09:00","to":"17:00"}])"), "");
    for (const auto* from : {"24:00", "9:00", "09:60", "-1:00", "", "09:00:00"})
        EXPECT_NE(problem((R"([{"weekday":"monday","from":")" + std::string(from) + R"(","to":"17:00"}])").c_str()), "")
            << from;
    EXPECT_NE(problem(R"([{"weekday":"monday","from":"09:00","to":"09:00"}])"), "");
    EXPECT_NE(problem(R"([{"weekday":"monday","from":"09:00","to":"17:00","lunch":true}])"), "");
    EXPECT_NE(problem("[7]"), "");
    EXPECT_NE(check_hours(json::parse(R"([{"weekday":"monday","from":"09:00","to":"17:00"}])")), "");
    EXPECT_NE(core::schema::check_zone(json::value("Europe/Pariss")).find("Europe/Paris"), std::string::npos);
}

}  // namespace
}  // namespace nightshift::domain::calendars
