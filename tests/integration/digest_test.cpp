// The day's digest: once a person and day, at their hour, with what is due and overdue and what they want in it.
#include <gmock/gmock.h>

#include "tests/kit/reminder_fixture.h"

namespace nightshift::tests {
namespace {

using testing::HasSubstr;

class Digests : public ReminderFixture {
protected:
    std::size_t digest(const std::string& now) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto digested = domain::reminders::digest(tx, kHere, at(now));
        tx.commit();
        return digested.told;
    }
    std::string latest(const std::string& field) {
        return database.one("select " + field +
                            " from notification where type = 'digest' order by created_at desc limit 1");
    }
};

TEST_F(Digests, ComeOnceADayAtTheHourOfTheirReader) {
    hours(jane, R"({"digest_at":"08:00"})");
    due("2030-03-05T15:00:00Z", jane);
    due("2030-03-04T15:00:00Z", jane);
    due("2030-03-05T23:30:00Z", jane);  // tomorrow, there
    EXPECT_EQ(digest("2030-03-05T06:59:00Z"), 0U);
    EXPECT_EQ(digest("2030-03-05T07:00:00Z"), 1U);
    EXPECT_EQ(digest("2030-03-05T07:15:00Z"), 0U);
    EXPECT_EQ(latest("title"), "Your day: 1 due, 1 overdue");
    EXPECT_EQ(latest("body"),
              "Overdue, was due on 2030-03-04 at 16:00: JOB-2 A job\nDue today at 16:00: JOB-1 A job\nYou get this "
              "because you asked for a digest.");
    EXPECT_EQ(latest("data -> 'due' -> 0 ->> 'key'"), "JOB-1");
    EXPECT_EQ(digest("2030-03-06T09:00:00Z"), 1U) << "late, but on the day";
    EXPECT_EQ(latest("title"), "Your day: 3 overdue");
}

TEST_F(Digests, OfAnEmptyDayOrADayOffAreNotTold) {
    hours(jane, R"({"digest_at":"08:00","working_days":[1,2,3,4,5]})");
    EXPECT_EQ(digest("2030-03-05T07:00:00Z"), 0U);
    due("2030-03-05T15:00:00Z", jane);
    EXPECT_EQ(digest("2030-03-05T07:15:00Z"), 0U) << "it was empty at its hour; tomorrow's holds it";
    EXPECT_EQ(digest("2030-03-09T07:00:00Z"), 0U) << "a Saturday";
    EXPECT_EQ(digest("2030-03-11T07:00:00Z"), 1U);
}

TEST_F(Digests, HoldTheRemindersThatAreWantedInThem) {
    before_due();
    call(jane, "PUT", "/api/v1/notifications/preferences",
         R"({"preferences":[{"event":"reminder_before_due","channel":"in_app","mode":"digest"}]})");
    due("2030-03-06T10:00:00Z", jane);
    const auto over = due("2030-03-06T11:00:00Z", jane);
    EXPECT_EQ(sweep("2030-03-05T12:00:00Z").for_digest, 2U);
    EXPECT_TRUE(told(jane).empty());
    call(admin, "POST", "/api/v1/jobs/" + over + "/complete");
    EXPECT_EQ(digest("2030-03-05T06:59:00Z"), 0U) << "without an hour of one's own it comes at 08:00";
    EXPECT_EQ(digest("2030-03-05T12:15:00Z"), 1U);
    EXPECT_EQ(latest("title"), "Your day: 1 waiting");
    EXPECT_THAT(latest("body"), HasSubstr("Soon 1: JOB-1 A job"));
    EXPECT_EQ(database.number("select count(*) from reminder where state = 'sent' and notification_id is not null"), 2);
    EXPECT_EQ(digest("2030-03-06T07:00:00Z"), 0U) << "nothing waits";
}

TEST_F(Digests, AreNotForWhoSwitchedThemOff) {
    hours(jane, R"({"digest_at":"08:00"})");
    due("2030-03-05T15:00:00Z", jane);
    call(jane, "PUT", "/api/v1/notifications/preferences",
         R"({"preferences":[{"event":"digest","channel":"in_app","mode":"off"}]})");
    EXPECT_EQ(digest("2030-03-05T07:00:00Z"), 0U);
}

}  // namespace
}  // namespace nightshift::tests
