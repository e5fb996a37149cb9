// Whom reminders reach and whom not, how rules are made and foreseen, and what people say about their hours.
#include <gmock/gmock.h>

#include "tests/kit/reminder_fixture.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Reminding : public ReminderFixture {};

TEST_F(Reminding, BeginWithTheRulesThatEveryOrganizationHas) {
    database.one("insert into organization (id, name, slug) values (gen_random_uuid(), 'New', 'new')");
    const auto rules = call(admin, "GET", kReminderRules + "?order=name");
    EXPECT_EQ(rules.count(), 6U) << rules;
    EXPECT_EQ(database.one("select cron from schedule where kind = 'reminder.sweep' and organization_id = (select id "
                           "from organization where slug = 'new')"),
              "*/15 * * * *");
}

TEST_F(Reminding, OfARuleThatChangesItsHoursAreNotRepeated) {
    const auto id = before_due(24);
    due("2030-03-05T17:00:00Z", jane);
    sweep("2030-03-05T09:00:00Z");
    EXPECT_EQ(call(admin, "PATCH", kReminderRules + "/" + id, R"({"hours":48})").status, 200);
    sweep("2030-03-05T09:15:00Z");
    EXPECT_EQ(told(jane).size(), 1U);
}

TEST_F(Reminding, ReachEachPartInAJobAndEverybodyOnce) {
    const auto manager = person("manager"), lead = person("manager"), watcher = person("member"),
               boss = person("manager");
    const auto place = department("Works", R"(,"manager_user_id":")" + manager.id + '"').at("id");
    const auto team =
        call(admin, "POST", "/api/v1/teams", R"({"name":"T","lead_user_id":")" + lead.id + "\"}").at("id");
    before_due(24, R"(["assignee","creator","manager","team_lead","watchers"])");
    const auto id = job(admin, R"(,"due_date":"2030-03-05T17:00:00Z","assigned_to_user_id":")" + admin.id +
                                   R"(","department_id":")" + place + R"(","team_id":")" + team + '"');
    call(admin, "POST", "/api/v1/jobs/" + id + "/watchers", R"({"user_id":")" + watcher.id + "\"}");
    EXPECT_EQ(sweep("2030-03-05T09:00:00Z").told, 4U);
    for (const auto& who : {admin, manager, lead, watcher}) EXPECT_EQ(told(who).size(), 1U) << who.email;
    EXPECT_THAT(told(boss), IsEmpty());
    EXPECT_EQ(
        database.one("select body from notification where user_id = '" + admin.id + "' and type like 'reminder%'"),
        "You get this as assignee,creator, by the rule \"Soon 1\".");
}

TEST_F(Reminding, AreNotForWhoMayNotSeeTheJob) {
    const auto lead = person("technician"), blind = person("member");
    const auto team =
        call(admin, "POST", "/api/v1/teams", R"({"name":"T","lead_user_id":")" + lead.id + "\"}").at("id");
    const auto role =
        call(admin, "POST", "/api/v1/roles", R"({"name":"blind","title":"Blind","permissions":["notification.own"]})");
    database.one("update membership set role_id = '" + role.at("id") + "' where user_id = '" + blind.id + "'");
    const auto id = before_due(24, R"(["assignee","team_lead"])");
    job(admin,
        R"(,"due_date":"2030-03-05T17:00:00Z","assigned_to_user_id":")" + blind.id + R"(","team_id":")" + team + '"');
    EXPECT_EQ(sweep("2030-03-05T09:00:00Z").found, 0U);
    database.one("update app_user set is_active = false where id = '" + jane.id + "'");
    due("2030-03-05T17:00:00Z", admin);
    database.one("update job set assigned_to_user_id = '" + jane.id + "'");
    EXPECT_EQ(sweep("2030-03-05T09:15:00Z").found, 0U);
}

TEST_F(Reminding, OfWhatNobodyWorksOnReachWhoLeads) {
    const auto manager = person("manager");
    const auto place = department("Works", R"(,"manager_user_id":")" + manager.id + '"').at("id");
    rule(R"({"name":"Idle","trigger":"unassigned","hours":4,"repeat_hours":24,"recipients":["manager"]})");
    const auto id = job(admin, R"(,"department_id":")" + place + '"');
    database.one("update job set unassigned_since = '2030-03-05T08:00:00Z'");
    for (const auto* now : {"2030-03-05T08:00:00Z", "2030-03-05T11:59:00Z"}) sweep(now);
    EXPECT_THAT(told(manager), IsEmpty());
    sweep("2030-03-05T12:10:00Z");
    sweep("2030-03-05T12:15:00Z");
    EXPECT_THAT(told(manager), ElementsAre("Nobody works on it for 4 h: JOB-1 A job"));
    sweep("2030-03-06T12:00:00Z");
    EXPECT_EQ(told(manager).size(), 2U);
    call(admin, "POST", "/api/v1/jobs/" + id + "/assign", R"({"assigned_to_user_id":")" + jane.id + "\"}");
    sweep("2030-03-07T12:00:00Z");
    EXPECT_EQ(told(manager).size(), 2U);
    EXPECT_EQ(database.one("select coalesce(unassigned_since::text, 'none') from job"), "none");
    EXPECT_EQ(
        database.one("select count(*) from audit_log where changed ? 'unassigned_since' or changed ? 'status_since'"),
        "0");
}

TEST_F(Reminding, OfWhatAwaitsReviewReachWhoAskedForIt) {
    const auto review = call(admin, "POST", "/api/v1/job-statuses",
                             R"({"name":"Pending Review","category":"review","display_order":9})");
    rule(R"({"name":"Review","trigger":"in_status","status_category":"review","hours":24,"recipients":["creator"]})");
    job(jane, R"(,"job_status_id":")" + review.at("id") + '"');
    database.one("update job set status_since = '2030-03-05T08:00:00Z'");
    sweep("2030-03-06T07:45:00Z");
    sweep("2030-03-06T08:00:00Z");
    sweep("2030-03-07T08:00:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Pending Review for 24 h: JOB-1 A job"));
}

TEST_F(Reminding, OfATimerReachWhoseItIs) {
    rule(R"({"name":"Timer","trigger":"timer_running","hours":10,"recipients":["worker"]})");
    const auto id = job(jane);
    call(jane, "POST", "/api/v1/jobs/" + id + "/time-logs", "{}");
    database.one("update time_log set start_time = '2030-03-05T08:00:00Z'");
    sweep("2030-03-05T17:45:00Z");
    sweep("2030-03-05T18:00:00Z");
    sweep("2030-03-05T18:15:00Z");
    EXPECT_THAT(told(jane), ElementsAre("Your timer runs for 10 h: JOB-1 A job"));
}

TEST_F(Reminding, OfManyJobsAtOnceAreOneList) {
    before_due();
    for (int i = 0; i < 12; ++i) due("2030-03-05T17:00:00Z", jane);
    EXPECT_EQ(sweep("2030-03-05T09:00:00Z").told, 12U);
    EXPECT_THAT(told(jane), ElementsAre("Soon 1: 12 jobs"));
    EXPECT_EQ(database.one("select data ->> 'count' from notification where type = 'reminder_before_due'"), "12");
    EXPECT_THAT(database.one("select body from notification where type = 'reminder_before_due'"),
                HasSubstr("and 2 more"));
    EXPECT_EQ(database.number("select count(distinct notification_id) from reminder"), 1);
}

TEST_F(Reminding, OfOneJobByTwoRulesAtOnceAreOne) {
    before_due();
    by_clock("due_day");
    due("2030-03-05T17:00:00Z", jane);
    EXPECT_EQ(sweep("2030-03-05T09:00:00Z").told, 1U);
    EXPECT_EQ(told(jane).size(), 1U);
    EXPECT_EQ(reasons(), "another rule told it at the same time");
}

TEST_F(Reminding, OfAJobThatIsPutOffComeOnceWhenItsTimeHasCome) {
    before_due();
    const auto id = due("2030-03-05T17:00:00Z", jane);
    EXPECT_EQ(call(jane, "POST", "/api/v1/jobs/" + id + "/snooze", R"({"hours":2})").status, 200);
    database.one("update reminder_snooze set until = '2030-03-05T12:00:00Z', created_at = '2030-03-05T08:00:00Z'");
    sweep("2030-03-05T09:00:00Z");
    EXPECT_THAT(told(jane), IsEmpty());
    sweep("2030-03-05T12:00:00Z");
    sweep("2030-03-05T12:15:00Z");
    EXPECT_THAT(told(jane), ElementsAre("You put this off until now: JOB-1 A job"));
    EXPECT_EQ(reasons(), "told with the end of what they put off");
}

TEST_F(Reminding, AreHeardOfAgainByWhoChangesTheirMind) {
    before_due();
    const auto id = due("2030-03-05T17:00:00Z", jane);
    EXPECT_EQ(call(jane, "POST", "/api/v1/jobs/" + id + "/snooze", R"({"until":"2020-01-01T00:00:00Z"})").status, 422);
    EXPECT_EQ(call(jane, "POST", "/api/v1/jobs/" + id + "/snooze", R"({})").status, 400);
    EXPECT_EQ(call(person("technician"), "POST", "/api/v1/jobs/" + id + "/snooze", R"({"hours":1})").status, 404);
    EXPECT_EQ(call(jane, "DELETE", "/api/v1/jobs/" + id + "/snooze").status, 404);
    call(jane, "POST", "/api/v1/jobs/" + id + "/snooze", R"({"hours":1})");
    EXPECT_EQ(call(jane, "DELETE", "/api/v1/jobs/" + id + "/snooze").status, 204);
    EXPECT_EQ(sweep("2030-03-05T09:00:00Z").told, 1U);
}

TEST_F(Reminding, AreNotForWhoDoesNotWantThem) {
    before_due();
    due("2030-03-05T17:00:00Z", jane);
    call(jane, "PUT", "/api/v1/notifications/preferences",
         R"({"preferences":[{"event":"reminder_before_due","channel":"in_app","mode":"off"}]})");
    EXPECT_EQ(sweep("2030-03-05T09:00:00Z").found, 0U);
}

TEST_F(Reminding, ArePreviewedWithWhenAndWhyAndWhyNot) {
    const auto id = before_due();
    const auto now = std::chrono::system_clock::now();
    const auto in = [&](int minutes) { return core::time::rfc3339(now + std::chrono::minutes(minutes)); };
    due(in(30 * 60), jane);
    const auto blind = person("member");
    due(in(31 * 60), blind);
    database.one("update role set permissions = '{notification.own}' where name = 'viewer'");
    database.one("update membership set role_id = (select id from role where name = 'viewer' and organization_id = '" +
                 kHere + "') where user_id = '" + blind.id + "'");
    due(in(60 * 60), jane);
    auto foreseen = preview(id);
    ASSERT_EQ(foreseen.size(), 2U) << json::text(foreseen);
    EXPECT_EQ(foreseen[0].at("outcome").as_string(), "told");
    EXPECT_EQ(foreseen[0].at("user_id").as_string(), jane.id);
    EXPECT_EQ(foreseen[0].at("why").as_string(), "assignee of it");
    EXPECT_EQ(foreseen[1].at("outcome").as_string(), "not_told");
    EXPECT_EQ(foreseen[1].at("why").as_string(), "may not see this job");
    EXPECT_EQ(preview(id, 48).size(), 3U);
    EXPECT_EQ(database.number("select count(*) from reminder"), 0);
    EXPECT_EQ(call(admin, "POST", kReminderRules + "/" + id + "/preview").count(), 2U);
    EXPECT_EQ(call(admin, "GET", kReminderRules + "/" + id + "/preview?hours=1000").status, 400);
    EXPECT_EQ(call(jane, "GET", kReminderRules + "/" + id + "/preview").status, 403);
}

TEST_F(Reminding, RulesAreCheckedWhole) {
    const auto refused = [&](const std::string& body) {
        return call(admin, "POST", kReminderRules, R"({"name":"X","recipients":["assignee"],)" + body + "}").fields();
    };
    EXPECT_THAT(refused(R"("trigger":"before_due")"), ElementsAre("hours"));
    EXPECT_THAT(refused(R"("trigger":"before_due","hours":4,"at":"09:00")"), ElementsAre("at"));
    EXPECT_THAT(refused(R"("trigger":"overdue")"), ElementsAre("at"));
    EXPECT_THAT(refused(R"("trigger":"overdue","at":"25:00")"), ElementsAre("at"));
    EXPECT_THAT(refused(R"("trigger":"overdue","at":"09:00","repeat_hours":2)"), ElementsAre("repeat_hours"));
    EXPECT_THAT(refused(R"("trigger":"in_status","hours":2)"), ElementsAre("job_status_id"));
    EXPECT_THAT(call(admin, "POST", kReminderRules,
                     R"({"name":"X","trigger":"overdue","at":"09:00","recipients":["assignees"]})")
                    .text,
                HasSubstr("did you mean \\\"assignee\\\""));
    EXPECT_EQ(
        call(jane, "POST", kReminderRules, R"({"name":"X","trigger":"overdue","at":"09:00","recipients":["assignee"]})")
            .status,
        403);
}

TEST_F(Reminding, HoursAreOnesOwn) {
    EXPECT_EQ(call(jane, "GET", "/api/v1/notifications/hours").text,
              R"({"quiet_from" : null, "quiet_to" : null, "working_days" : null, "digest_at" : null})");
    hours(jane, R"({"quiet_from":"21:00","quiet_to":"07:00","working_days":[1,2],"digest_at":"08:00"})");
    EXPECT_EQ(call(jane, "GET", "/api/v1/notifications/hours").at("quiet_to"), "07:00");
    for (const auto* wrong : {R"({"quiet_from":"21:00"})", R"({"quiet_from":"9","quiet_to":"07:00"})",
                              R"({"working_days":[]})", R"({"working_days":[8]})", R"({"working_days":[1,1]})"})
        EXPECT_THAT(call(jane, "PUT", "/api/v1/notifications/hours", wrong).status, testing::AnyOf(400, 422)) << wrong;
    EXPECT_EQ(call(admin, "GET", "/api/v1/notifications/hours").at("quiet_to"), "null");
}

}  // namespace
}  // namespace nightshift::tests
