// When reminders come, by the clock of their reader: once, whoever sweeps, and not when they are true no longer.
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "core/time/zone.h"
#include "queue/submit.h"
#include "tests/kit/eventually.h"
#include "tests/kit/program.h"
#include "tests/kit/reminder_fixture.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;
using testing::ElementsAre;
using testing::IsEmpty;

class Reminders : public ReminderFixture {};

TEST_F(Reminders, TellTheAssigneeOnceADayBeforeAJobIsDue) {
    before_due();
    due("2030-03-05T17:00:00Z", jane);
    sweep("2030-03-04T16:59:00Z");
    EXPECT_THAT(told(jane), IsEmpty());
    EXPECT_EQ(sweep("2030-03-04T17:00:00Z").told, 1U);
    EXPECT_THAT(told(jane), ElementsAre("Due tomorrow at 18:00: JOB-1 A job"));
    for (const auto* later : {"2030-03-04T17:00:00Z", "2030-03-04T17:15:00Z", "2030-03-05T16:59:00Z"}) sweep(later);
    EXPECT_EQ(told(jane).size(), 1U);
    EXPECT_EQ(database.one("select body from notification where type = 'reminder_before_due'"),
              "You get this as assignee, by the rule \"Soon 1\".");
}

TEST_F(Reminders, ComeAgainForAnotherDueDateOnly) {
    before_due();
    const auto id = due("2030-03-05T17:00:00Z", jane);
    sweep("2030-03-05T09:00:00Z");
    call(admin, "PATCH", "/api/v1/jobs/" + id, R"({"due_date":"2030-03-05T19:00:00Z"})");
    sweep("2030-03-05T09:15:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Due today at 18:00: JOB-1 A job", "Due today at 20:00: JOB-1 A job"));
    call(admin, "PATCH", "/api/v1/jobs/" + id, R"({"due_date":"2030-03-05T17:00:00Z"})");
    sweep("2030-03-05T09:30:00Z");
    EXPECT_EQ(told(jane).size(), 2U) << "of that one they know";
}

TEST_F(Reminders, OfTwoSweepsAtOnceTellOnce) {
    before_due();
    for (int i = 0; i < 3; ++i) due("2030-03-05T17:00:00Z", jane);
    std::vector<std::thread> sweepers;
    for (int i = 0; i < 3; ++i) sweepers.emplace_back([this] { sweep("2030-03-05T09:00:00Z"); });
    for (auto& one : sweepers) one.join();
    EXPECT_EQ(told(jane).size(), 3U);
}

TEST_F(Reminders, OfASweepThatDiesAreToldByTheNextOne) {
    before_due();
    due("2030-03-05T17:00:00Z", jane);
    {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        EXPECT_EQ(domain::reminders::sweep(tx, kHere, at("2030-03-05T09:00:00Z")).told, 1U);
    }
    EXPECT_THAT(told(jane), IsEmpty());
    sweep("2030-03-05T09:00:00Z");
    sweep("2030-03-05T09:00:00Z");
    EXPECT_EQ(told(jane).size(), 1U);
}

TEST_F(Reminders, OfAWorkerThatIsKilledInTheMiddleAreToldOnce) {
    before_due();
    due(core::time::rfc3339(std::chrono::system_clock::now() + std::chrono::hours(20)), jane);
    for (const std::string point : {"reminder.found", "reminder.told", "finish.before_commit"}) {
        queue::submit_alone(database.pool(), {.kind = "reminder.sweep", .organization = kHere});
        Program doomed({.database_url = database.url(), .queue = "reminders", .fail_points = point + "=kill"});
        ASSERT_TRUE(doomed.ended_by(SIGKILL)) << point << doomed.log();
        EXPECT_TRUE(told(jane).empty()) << point;
        database.one("update incarnation set lease_until = now() where ended_at is null");
    }
    Program heir({.database_url = database.url(), .queue = "reminders"});
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from run") == 0; })) << heir.log();
    EXPECT_EQ(told(jane).size(), 1U);
}

TEST_F(Reminders, OnTheDayComeAtTheHourOfTheirReader) {
    by_clock("due_day");
    auto maya = person("member");
    lives_in(maya, "America/New_York");
    due("2030-03-05T22:00:00Z", jane);
    due("2030-03-05T22:00:00Z", maya);
    sweep("2030-03-05T07:59:59Z");
    EXPECT_THAT(told(jane), IsEmpty());
    sweep("2030-03-05T08:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Due today at 23:00: JOB-1 A job"));
    EXPECT_THAT(told(maya), IsEmpty());
    sweep("2030-03-05T14:00:00Z");
    EXPECT_THAT(told(maya), ElementsAre("Due today at 17:00: JOB-2 A job"));
    EXPECT_EQ(told(jane).size(), 1U);
}

TEST_F(Reminders, OnTheDayComeTheDayBeforeWhenItIsDueBeforeTheHour) {
    by_clock("due_day");
    due("2030-03-05T06:00:00Z", jane);
    sweep("2030-03-04T08:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Due tomorrow at 07:00: JOB-1 A job"));
}

TEST_F(Reminders, OnTheDayComeOnTheLastWorkingDayBefore) {
    by_clock("due_day");
    hours(jane, R"({"working_days":[1,2,3,4,5]})");
    due("2030-03-10T15:00:00Z", jane);  // a Sunday
    sweep("2030-03-07T08:00:00Z");
    EXPECT_THAT(told(jane), IsEmpty());
    sweep("2030-03-08T08:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Due on 2030-03-10 at 16:00: JOB-1 A job"));
    sweep("2030-03-10T08:00:00Z");
    EXPECT_EQ(told(jane).size(), 1U);
}

TEST_F(Reminders, OfWhatIsOverdueComeEachDayOnceOverTheChangesOfTheClocks) {
    by_clock("overdue", "02:30");  // on 2030-03-31 there is no 02:30 in Paris, on 2030-10-27 there are two
    due("2030-03-29T12:00:00Z", jane);
    for (auto now = at("2030-03-29T00:00:00Z"); now < at("2030-04-03T00:00:00Z"); now += std::chrono::minutes(15))
        sweep(core::time::rfc3339(now));
    EXPECT_EQ(
        database.one(
            "select string_agg(to_char(due_at at time zone 'UTC', 'DD HH24:MI'), ', ' order by due_at) from reminder"),
        "30 01:30, 31 01:00, 01 00:30, 02 00:30");
    EXPECT_EQ(told(jane).size(), 4U);
    database.one("update reminder_cursor set swept_until = '2030-10-26T00:00:00Z'");
    for (auto now = at("2030-10-26T00:00:00Z"); now < at("2030-10-29T00:00:00Z"); now += std::chrono::minutes(15))
        sweep(core::time::rfc3339(now));
    EXPECT_EQ(
        database.one(
            "select string_agg(to_char(due_at at time zone 'UTC', 'DD HH24:MI'), ', ' order by due_at) from reminder "
            "where due_at > '2030-10-01'"),
        "26 00:30, 27 00:30, 28 01:30");
}

TEST_F(Reminders, OfWhatIsOverdueDoNotPileUpWhileNobodySweeps) {
    by_clock("overdue");
    due("2030-03-05T12:00:00Z", jane);
    sweep("2030-03-05T13:00:00Z");
    sweep("2030-03-12T13:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Overdue, was due on 2030-03-05 at 13:00: JOB-1 A job"));
}

TEST_F(Reminders, InQuietHoursWaitUntilTheyEnd) {
    before_due();
    hours(jane, R"({"quiet_from":"21:00","quiet_to":"07:00"})");
    due("2030-03-06T21:30:00Z", jane);  // 22:30 there, so a day before is in the quiet hours
    EXPECT_EQ(sweep("2030-03-05T21:30:00Z").found, 1U);
    for (const auto* quiet : {"2030-03-05T23:15:00Z", "2030-03-06T05:59:00Z"}) sweep(quiet);
    EXPECT_THAT(told(jane), IsEmpty());
    sweep("2030-03-06T06:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Due today at 22:30: JOB-1 A job"));
}

TEST_F(Reminders, InQuietHoursComeAtOnceWhenTheyWouldBeTooLate) {
    before_due(2);
    hours(jane, R"({"quiet_from":"21:00","quiet_to":"07:00"})");
    due("2030-03-06T01:00:00Z", jane);
    sweep("2030-03-05T23:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Due today at 02:00: JOB-1 A job"));
}

TEST_F(Reminders, OfARuleThatHeedsNoQuietHoursComeAtNight) {
    const auto id = before_due();
    EXPECT_EQ(call(admin, "PATCH", kReminderRules + "/" + id, R"({"heeds_quiet_hours":false})").status, 200);
    hours(jane, R"({"quiet_from":"21:00","quiet_to":"07:00"})");
    due("2030-03-06T21:30:00Z", jane);
    EXPECT_EQ(sweep("2030-03-05T21:30:00Z").told, 1U);
}

TEST_F(Reminders, HeldThroughTheNightAreWithdrawnWhenTheyAreTrueNoLonger) {
    before_due();
    hours(jane, R"({"quiet_from":"21:00","quiet_to":"07:00"})");
    const auto moved = due("2030-03-06T21:30:00Z", jane), done = due("2030-03-06T21:30:00Z", jane),
               given_away = due("2030-03-06T21:30:00Z", jane), deleted = due("2030-03-06T21:30:00Z", jane);
    EXPECT_EQ(sweep("2030-03-05T21:30:00Z").found, 4U);
    call(admin, "PATCH", "/api/v1/jobs/" + moved, R"({"due_date":"2030-04-06T21:30:00Z"})");
    EXPECT_EQ(call(admin, "POST", "/api/v1/jobs/" + done + "/complete").status, 200);
    call(admin, "POST", "/api/v1/jobs/" + given_away + "/assign", R"({"assigned_to_user_id":")" + admin.id + "\"}");
    call(admin, "DELETE", "/api/v1/jobs/" + deleted);
    EXPECT_EQ(sweep("2030-03-06T06:00:00Z").withdrawn, 4U);
    EXPECT_THAT(told(jane), IsEmpty());
    EXPECT_EQ(reasons(), "its due date moved; the job is closed; the job is deleted; they may not see it any more");
    EXPECT_EQ(told(admin).size(), 1U) << "who has it now is reminded";
}

TEST_F(Reminders, OfARuleThatIsSwitchedOffAreNotTold) {
    const auto id = before_due();
    hours(jane, R"({"quiet_from":"21:00","quiet_to":"07:00"})");
    due("2030-03-06T21:30:00Z", jane);
    sweep("2030-03-05T21:30:00Z");
    call(admin, "PATCH", kReminderRules + "/" + id, R"({"is_active":false})");
    sweep("2030-03-06T06:00:00Z");
    EXPECT_THAT(told(jane), IsEmpty());
    EXPECT_EQ(reasons(), "the rule is switched off");
}

TEST_F(Reminders, OfWhatIsDoneCancelledOrDeletedAreNotFound) {
    before_due();
    for (const auto* how : {"complete", "delete"}) {
        const auto id = due("2030-03-05T17:00:00Z", jane);
        call(admin, how == std::string("delete") ? "DELETE" : "POST",
             "/api/v1/jobs/" + id + (how == std::string("delete") ? "" : "/complete"));
    }
    EXPECT_EQ(sweep("2030-03-05T09:00:00Z").found, 0U);
}

TEST_F(Reminders, FollowTheOrganizationsClockWhereTheReadersIsUnknown) {
    by_clock("due_day");
    database.one("update organization set time_zone = 'Asia/Tokyo' where id = '" + kHere + "'");
    lives_in(jane, "Mars/Olympus");
    due("2030-03-05T10:00:00Z", jane);
    sweep("2030-03-04T23:59:00Z");
    EXPECT_THAT(told(jane), IsEmpty());
    sweep("2030-03-05T00:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Due today at 19:00: JOB-1 A job"));
}

TEST_F(Reminders, LocalMomentsAgreeWithTheZonesOfTheProgram) {
    // Each zone around each of its changes of five years, by the quarter of an hour.
    for (const std::string name : {"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran",
                                   "America/St_Johns", "Africa/Casablanca", "Pacific/Apia", "UTC"}) {
        const auto zone = core::time::Zone::find(name).value();
        json::array walls, expected;
        constexpr std::int64_t kFirst = 1735689600, kLast = 1893456000, kStep = 900;
        for (auto second = kFirst; second < kLast; second += core::time::kDaySeconds) {
            if (zone.at(second).offset == zone.at(second + core::time::kDaySeconds).offset) continue;
            for (auto wall = second - core::time::kDaySeconds; wall < second + 2 * core::time::kDaySeconds;
                 wall += kStep) {
                walls.emplace_back(wall);
                expected.emplace_back(zone.local(wall).first);
            }
        }
        const auto given = database.one(
            "select coalesce(json_agg(extract(epoch from api.local_instant(to_timestamp(w::bigint) at time zone 'UTC', "
            "'" +
            name + "'))::bigint order by n), '[]') from json_array_elements_text('" + json::text(walls) +
            "') with ordinality x(w, n)");
        EXPECT_EQ(json::text(json::parse(given)), json::text(expected)) << name;
    }
}

}  // namespace
}  // namespace nightshift::tests
