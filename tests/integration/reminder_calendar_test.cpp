// Who has named no working days works on those of the organization's default calendar: holidays and weekends hold
// reminders back, move those by the clock to the working day before, and give no digest.
#include <gmock/gmock.h>

#include <random>

#include "core/time/zone.h"
#include "domain/calendars/calendars.h"
#include "tests/kit/reminder_fixture.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;
using testing::ElementsAre;
using testing::IsEmpty;

class WorkingDays : public ReminderFixture {
protected:
    /// The default calendar: open on these weekdays.
    std::string calendar(const std::vector<std::string>& weekdays) {
        json::array week;
        for (const auto& day : weekdays)
            week.push_back(json::object{{"weekday", day}, {"from", "09:00"}, {"to", "17:00"}});
        const auto made =
            call(admin, "POST", "/api/v1/calendars",
                 json::text(json::object{
                     {"name", "Ours"}, {"time_zone", "Europe/Paris"}, {"is_default", true}, {"hours", week}}));
        EXPECT_EQ(made.status, 201) << made;
        return made.at("id");
    }
    std::string weekdays_only() { return calendar({"monday", "tuesday", "wednesday", "thursday", "friday"}); }
    void holiday(const std::string& calendar, const std::string& date, const std::string& name,
                 const std::string& hours = "[]") {
        database.one("insert into holiday (id, organization_id, calendar_id, date, name, hours) values (uuid7(), '" +
                     kHere + "', '" + calendar + "', " + date + ", '" + name + "', '" + hours + "')");
    }
};

TEST_F(WorkingDays, OfTheCalendarHoldWhatComesOnAHolidayOrAWeekend) {
    holiday(weekdays_only(), "'2030-03-11'", "Founders");  // a Monday
    before_due(72);
    due("2030-03-12T20:00:00Z", jane);
    sweep("2030-03-09T20:00:00Z");  // a Saturday
    sweep("2030-03-11T12:00:00Z");
    EXPECT_THAT(told(jane), IsEmpty());
    sweep("2030-03-11T23:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Due today at 21:00: JOB-1 A job"));
}

TEST_F(WorkingDays, OfTheCalendarMoveWhatComesByTheClockToTheWorkingDayBefore) {
    const auto id = weekdays_only();
    holiday(id, "'2030-03-08'", "Founders");
    holiday(id, "'2030-03-09'", "Open day", R"([{"from":"10:00","to":"12:00"}])");
    by_clock("due_day");
    due("2030-03-08T15:00:00Z", jane);
    due("2030-03-10T15:00:00Z", jane);  // a Sunday, after a Saturday that is worked on
    sweep("2030-03-07T07:59:00Z");
    EXPECT_THAT(told(jane), IsEmpty());
    sweep("2030-03-07T08:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Due tomorrow at 16:00: JOB-1 A job"));
    sweep("2030-03-08T08:00:00Z");
    EXPECT_EQ(told(jane).size(), 1U);
    sweep("2030-03-09T08:00:00Z");
    EXPECT_EQ(told(jane).size(), 2U);
}

TEST_F(WorkingDays, OfOnesOwnStandAboveTheCalendar) {
    holiday(weekdays_only(), "'2030-03-11'", "Founders");
    hours(jane, R"({"working_days":[1,6]})");
    before_due(72);
    due("2030-03-12T20:00:00Z", jane);
    sweep("2030-03-09T20:00:00Z");
    EXPECT_EQ(told(jane).size(), 1U) << "their Saturday";
    due("2030-03-13T20:00:00Z", jane);
    sweep("2030-03-11T12:00:00Z");
    EXPECT_EQ(told(jane).size(), 2U) << "their Monday, holiday or not";
}

TEST_F(WorkingDays, OfACalendarThatIsNeverOpenOrNotTheDefaultHoldNothing) {
    const auto id = weekdays_only();
    database.one("update calendar set hours = '[]' where id = '" + id + "'");
    before_due(72);
    due("2030-03-12T20:00:00Z", jane);
    EXPECT_EQ(sweep("2030-03-09T20:00:00Z").told, 1U);
    database.one("update calendar set is_default = false, hours = '[{\"weekday\": \"monday\"}]' where id = '" + id +
                 "'");
    due("2030-03-13T20:00:00Z", jane);
    EXPECT_EQ(sweep("2030-03-10T20:00:00Z").told, 1U);
}

TEST_F(WorkingDays, OfTheCalendarGiveADigestAndHolidaysNone) {
    holiday(weekdays_only(), "'2030-03-05'", "Founders");
    hours(jane, R"({"digest_at":"08:00"})");
    due("2030-03-05T15:00:00Z", jane);
    const auto digested = [&](const std::string& now) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto told = domain::reminders::digest(tx, kHere, at(now)).told;
        tx.commit();
        return told;
    };
    EXPECT_EQ(digested("2030-03-05T07:00:00Z"), 0U);
    EXPECT_EQ(digested("2030-03-06T07:00:00Z"), 1U);
}

TEST_F(WorkingDays, ThatMoveAReminderAreSaidInThePreview) {
    const auto id = calendar({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"});
    const auto day = [](int ahead) { return "(now() at time zone 'Europe/Paris')::date + " + std::to_string(ahead); };
    for (int ahead = 0; ahead < 3; ++ahead) holiday(id, day(ahead), "Long weekend");
    const auto soon = before_due(99);
    due(core::time::rfc3339(std::chrono::system_clock::now() + std::chrono::hours(100)), jane);
    const auto moved = database.one("select to_char(" + day(3) + ", 'FMDay YYYY-MM-DD')");
    auto foreseen = preview(soon);
    ASSERT_EQ(foreseen.size(), 1U) << json::text(foreseen);
    EXPECT_EQ(foreseen[0].at("why").as_string(), "assignee of it; moved to " + moved + ": holiday (Long weekend)");
    EXPECT_EQ(foreseen[0].at("outcome").as_string(), "held");
    hours(jane, R"({"working_days":[1,2,3,4,5,6,7]})");
    foreseen = preview(soon);
    ASSERT_EQ(foreseen.size(), 1U) << json::text(foreseen);
    EXPECT_EQ(foreseen[0].at("why").as_string(), "assignee of it");
}

/// The first moment on a working day, by the calendar's own arithmetic with every working day open from midnight to
/// midnight, and by that of the reminders.
TEST_F(WorkingDays, AreThoseOfTheCalendarsOwnArithmetic) {
    using domain::calendars::BusinessTime;
    constexpr std::int64_t kFirst = 1735689600, kSpan = 2 * 365 * core::time::kDaySeconds;
    constexpr int kCalendars = 8, kMoments = 150, kHolidays = 40, kWholeDay = 1440;
    const std::vector<std::string> names{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    const auto id = calendar({"monday"});
    std::mt19937 random(4);
    const auto any = [&](std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(0, most - 1)(random);
    };
    for (int round = 0; round < kCalendars; ++round) {
        const std::string name =
            std::vector<std::string>{"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"}[any(4)];
        const auto zone = core::time::Zone::find(name).value();
        std::vector<domain::calendars::Shift> week;
        json::array hours;
        for (int day = 0; day < 7; ++day)
            if (day == round % 7 || any(3) > 0) {
                week.push_back({day, 0, kWholeDay});
                hours.push_back(json::object{
                    {"weekday", names[static_cast<std::size_t>(day)]}, {"from", "08:00"}, {"to", "16:00"}});
            }
        domain::calendars::Exceptions exceptions;
        database.one("delete from holiday");
        for (int i = 0; i < kHolidays; ++i) {
            const auto day = kFirst / core::time::kDaySeconds + any(kSpan / core::time::kDaySeconds);
            const bool is_open = any(4) == 0;
            if (!exceptions.try_emplace(day).second) continue;
            if (is_open) exceptions[day] = {{0, kWholeDay}};
            holiday(id, "date '1970-01-01' + " + std::to_string(day), "Day",
                    is_open ? R"([{"from":"10:00","to":"12:00"}])" : "[]");
        }
        database.one("update calendar set hours = '" + json::text(json::value(hours)) + "' where id = '" + id + "'");
        const BusinessTime business(zone, week, exceptions);
        json::array moments, expected;
        for (int i = 0; i < kMoments; ++i) {
            const auto second = kFirst + any(kSpan);
            moments.emplace_back(second);
            expected.emplace_back(
                business.next_opening(core::time::Instant(std::chrono::seconds(second))).time_since_epoch() /
                std::chrono::seconds(1));
        }
        const auto given = database.one(
            "select json_agg(extract(epoch from api.open_from(to_timestamp(w::bigint), '" + name +
            "', null, null, null, api.days_off('" + kHere +
            "', to_timestamp(w::bigint)::date - 2, to_timestamp(w::bigint)::date + 60)))::bigint order by n) from "
            "json_array_elements_text('" +
            json::text(moments) + "') with ordinality x(w, n)");
        EXPECT_EQ(json::text(json::parse(given)), json::text(expected)) << name << json::text(json::value(hours));
    }
}

}  // namespace
}  // namespace nightshift::tests
