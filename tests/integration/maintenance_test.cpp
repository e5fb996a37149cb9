// Tidying up: what each kind does, what it would do, and what it leaves alone.
#include <gmock/gmock.h>

#include "tests/kit/api_fixture.h"
#include "tests/kit/maintenance_run.h"
#include "workers/maintenance/job_cleanup.h"
#include "workers/maintenance/key_rotation.h"
#include "workers/maintenance/run_retention.h"
#include "workers/maintenance/session_cleanup.h"
#include "workers/maintenance/timer_sweep.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;
using testing::HasSubstr;

class Maintenance : public ApiFixture {
protected:
    void SetUp() override {
        ApiFixture::SetUp();
        configure_jobs();
    }
    json::object result(const queue::Kind& kind, const json::object& args = {}, const std::string& yaml = "") {
        return MaintenanceRun(database.pool(), yaml).result(kind, args);
    }
    std::size_t listed(const std::string& more = "") { return call(admin, "GET", "/api/v1/jobs?" + more).count(); }
};

TEST_F(Maintenance, ArchivesJobsThatWereClosedLongAgo) {
    namespace cleanup = workers::maintenance::job_cleanup;
    const auto old = job(admin), young = job(admin), open = job(admin);
    for (const auto& id : {old, young}) call(admin, "POST", "/api/v1/jobs/" + id + "/complete");
    database.one("update job set completed_at = now() - interval '200 days' where id = '" + old + "'");
    database.one("update job set created_at = now() - interval '900 days' where id = '" + open + "'");
    const auto dry = result(cleanup::kind, {{"dry_run", true}});
    EXPECT_EQ(json::text(dry), R"({"dry_run":true,"days":180,"archived":1,"jobs":["JOB-1"]})");
    EXPECT_EQ(listed(), 3U);
    EXPECT_EQ(json::text(result(cleanup::kind)), R"({"dry_run":false,"days":180,"archived":1,"jobs":["JOB-1"]})");
    EXPECT_EQ(result(cleanup::kind).at("archived"), 0);
    EXPECT_EQ(listed(), 2U);
    EXPECT_EQ(listed("archived=true"), 1U);
    EXPECT_EQ(listed("archived=true,false"), 3U);
    EXPECT_EQ(call(admin, "GET", "/api/v1/jobs/" + old).at("is_archived"), "true") << "still there by id";
    EXPECT_THAT(call(admin, "GET", "/api/v1/jobs/" + old + "/history").text, HasSubstr("archived_at"));
    EXPECT_EQ(result(cleanup::kind, {{"days", 1}, {"dry_run", true}}).at("archived"), 0) << "done today";
    const auto again = database.one("select id from job_status where category = 'open'");
    EXPECT_EQ(call(admin, "POST", "/api/v1/jobs/" + old + "/status", R"({"job_status_id":")" + again + "\"}").status,
              200);
    EXPECT_EQ(listed(), 3U) << "what goes on is not archived any more";
}

TEST_F(Maintenance, ArchivesWhatTheConfigurationCallsOldAndWhatWasCancelled) {
    namespace cleanup = workers::maintenance::job_cleanup;
    const auto gone =
        call(admin, "POST", "/api/v1/job-statuses", R"({"name":"Cancelled","category":"cancelled","display_order":9})")
            .at("id");
    const auto id = job(admin);
    EXPECT_EQ(call(admin, "POST", "/api/v1/jobs/" + id + "/status", R"({"job_status_id":")" + gone + "\"}").status,
              200);
    database.one("update job set status_since = now() - interval '10 days'");
    EXPECT_EQ(result(cleanup::kind).at("archived"), 0);
    EXPECT_EQ(result(cleanup::kind, {}, "retention: {jobs_days: 9}").at("archived"), 1);
}

TEST_F(Maintenance, ForgetsSessionsThatEndedLongAgo) {
    namespace cleanup = workers::maintenance::session_cleanup;
    const auto sessions = [&] { return database.number("select count(*) from refresh_token"); };
    const auto before = sessions();
    ASSERT_GE(before, 1);
    database.one(
        "insert into refresh_token (id, family, organization_id, user_id, token_hash, expires_at) select "
        "gen_random_uuid(), gen_random_uuid(), '" +
        kHere + "', '" + admin.id + "', 'x' || d, now() - make_interval(days => d) from unnest(array[1, 40, 50]) d");
    database.one(
        "insert into login_failure values ('old@example.org', 3, now() - interval '3 days', null), ('new@example.org', "
        "3, now(), null), "
        "('locked@example.org', 9, now() - interval '3 days', now() + interval '1 hour')");
    EXPECT_EQ(json::text(result(cleanup::kind, {{"dry_run", true}})),
              R"({"dry_run":true,"days":30,"sessions":2,"wrong_passwords":1})");
    EXPECT_EQ(sessions(), before + 3);
    EXPECT_EQ(json::text(result(cleanup::kind)), R"({"dry_run":false,"days":30,"sessions":2,"wrong_passwords":1})");
    EXPECT_EQ(sessions(), before + 1);
    EXPECT_EQ(call(admin, "GET", "/api/v1/auth/me").status, 200);
}

TEST_F(Maintenance, StopsForgottenTimersAndSaysSo) {
    namespace sweep = workers::maintenance::timer_sweep;
    const auto jane = person("member"), tess = person("member");
    for (const auto& who : {jane, tess}) call(who, "POST", "/api/v1/jobs/" + job(who) + "/time-logs", "{}");
    database.one("update time_log set start_time = now() - interval '20 hours' where user_id = '" + jane.id + "'");
    EXPECT_EQ(result(sweep::kind, {{"dry_run", true}}).at("stopped"), 1);
    EXPECT_EQ(database.number("select count(*) from time_log where end_time is null"), 2);
    const auto done = result(sweep::kind);
    EXPECT_EQ(done.at("stopped"), 1);
    EXPECT_EQ(done.at("timers").at(0).at("job").as_string(), "JOB-1");
    EXPECT_EQ(database.one("select (end_time - start_time) || ' ' || needs_review from time_log where user_id = '" +
                           jane.id + "'"),
              "16:00:00 true");
    EXPECT_EQ(
        database.one("select title from notification where type = 'timer_stopped' and user_id = '" + jane.id + "'"),
        "Your timer was stopped after 16 h: JOB-1 A job");
    EXPECT_EQ(result(sweep::kind).at("stopped"), 0);
    EXPECT_EQ(result(sweep::kind, {{"hours", 1}, {"dry_run", true}}).at("stopped"), 0);
    EXPECT_EQ(database.number("select count(*) from notification where type = 'timer_stopped'"), 1);
}

TEST_F(Maintenance, DropsTheHistoryOfRunsThatIsTooOldAndSaysWhat) {
    namespace retention = workers::maintenance::run_retention;
    database.one("set timezone = 'UTC'; select run_archive_partitions((now() at time zone 'UTC')::date - 30, 2)");
    database.one(
        "insert into run_event (run_id, at, actor, event) values (gen_random_uuid(), now() - interval '100 days', 'x', "
        "'x')");
    const auto dry = result(retention::kind, {{"dry_run", true}});
    EXPECT_EQ(dry.at("days_dropped").as_array().size(), 2U) << json::text(dry);
    EXPECT_EQ(dry.at("events_and_ticks"), 1);
    const auto done = result(retention::kind);
    EXPECT_EQ(json::text(done.at("days_dropped")), json::text(dry.at("days_dropped")));
    EXPECT_EQ(done.at("events_and_ticks"), 1);
    EXPECT_TRUE(result(retention::kind).at("days_dropped").as_array().empty());
}

TEST_F(Maintenance, MakesANewKeyWhereTheLastIsOldAndOldTokensStayGood) {
    namespace rotation = workers::maintenance::key_rotation;
    const auto keys = [&] { return database.number("select count(*) from signing_key"); };
    ASSERT_EQ(keys(), 1);
    EXPECT_EQ(result(rotation::kind, {{"older_than", "1h"}}).at("rotated"), false) << "it is young";
    database.one("update signing_key set created_at = now() - interval '2 hours'");
    EXPECT_EQ(result(rotation::kind, {{"older_than", "1h"}, {"dry_run", true}}).at("rotated"), true);
    EXPECT_EQ(keys(), 1);
    EXPECT_EQ(result(rotation::kind).at("rotated"), false) << "auth.rotate_keys is longer";
    EXPECT_EQ(result(rotation::kind, {}, "auth: {rotate_keys: 1h}").at("rotated"), true);
    EXPECT_EQ(keys(), 2);
    EXPECT_EQ(database.number("select count(*) from signing_key where retires_at > now() + interval '14 minutes'"), 1);
    EXPECT_EQ(call(admin, "GET", "/api/v1/auth/me").status, 200) << "what the old one signed is known";
    EXPECT_EQ(result(rotation::kind, {{"older_than", "1h"}}).at("rotated"), false);
    EXPECT_EQ(database.number("select count(*) from schedule where kind = 'key.rotation'"), 0) << "off by itself";
}

TEST_F(Maintenance, HasItsScheduleInEachOrganization) {
    database.one("insert into organization (id, name, slug) values (gen_random_uuid(), 'New', 'new')");
    EXPECT_EQ(database.one("select string_agg(kind || ' ' || cron, ', ' order by kind) from schedule where "
                           "organization_id = (select id from organization where slug = 'new') and kind in "
                           "('job.cleanup', 'run.retention', 'session.cleanup', 'timer.sweep') and next_fire_at > "
                           "now() and next_fire_at < now() + interval '8 days'"),
              "job.cleanup 20 3 * * SUN, run.retention 50 3 * * *, session.cleanup 40 3 * * *, timer.sweep 7 * * * *");
}

}  // namespace
}  // namespace nightshift::tests
