// Jobs that become overdue: noticed at their moment, once for each due date, whoever sweeps and however often.
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "domain/jobs/overdue.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/eventually.h"
#include "tests/kit/program.h"
#include "workers/sweeps/watch.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;
using domain::jobs::notice_overdue;
using testing::HasSubstr;

class OverdueJobs : public ApiFixture {
protected:
    void SetUp() override {
        ApiFixture::SetUp();
        configure_jobs();
        manager = person("manager");
        technician = person("technician");
        const auto made = department("Pumps", R"(,"manager_user_id":")" + manager.id + "\"");
        due_job = job(admin, R"(,"due_date":"2030-01-01T10:00:00Z","assigned_to_user_id":")" + technician.id +
                                 R"(","department_id":")" + made.at("id") + "\"");
    }
    domain::jobs::Overdue sweep(std::string_view at, std::size_t most = 100) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease, {.actor = "run:x", .organization = kHere});
        const auto noticed = notice_overdue(tx, kHere, *core::time::parse_rfc3339(at), most);
        tx.commit();
        return noticed;
    }
    Reply patch(const std::string& body) { return call(admin, "PATCH", "/api/v1/jobs/" + due_job, body); }
    std::int64_t told(const std::string& who = {}) {
        return database.number("select count(*) from notification where type = 'job_overdue'" +
                               (who.empty() ? who : " and user_id = '" + who + "'"));
    }
    void copy_due_job(int copies) {
        database.one(
            "insert into job (id, organization_id, key, title, job_type_id, job_status_id, job_priority_id, "
            "created_by_user_id, assigned_to_user_id, due_date) select gen_random_uuid(), organization_id, 'X-' || i, "
            "'x', job_type_id, job_status_id, job_priority_id, created_by_user_id, assigned_to_user_id, due_date "
            "from job, generate_series(1, " +
            std::to_string(copies) + ") i where id = '" + due_job + "'");
    }
    std::string status(const std::string& category) {
        return database.one("select id from job_status where category = '" + category + "'");
    }

    Person manager, technician;
    std::string due_job;
};

TEST_F(OverdueJobs, AreNoticedAtTheirMomentWithHistoryEventAndNotifications) {
    EXPECT_EQ(sweep("2030-01-01T09:59:59Z").late, 0U);
    EXPECT_EQ(sweep("2030-01-01T10:00:00Z").late, 1U);
    EXPECT_EQ(told(technician.id), 1);
    EXPECT_EQ(told(manager.id), 1);
    EXPECT_EQ(told(), 2);
    EXPECT_EQ(database.number("select count(*) from event where type = 'job_overdue' and job_id = '" + due_job + "'"),
              1);
    EXPECT_THAT(call(admin, "GET", "/api/v1/jobs/" + due_job + "/history").text,
                HasSubstr(R"("is_overdue": [false, true])"));
    EXPECT_EQ(database.number("select version from job where id = '" + due_job + "'"), 1)
        << "nobody's change is refused because the job became late meanwhile";
}

TEST_F(OverdueJobs, AreToldOfOnceForEachDueDateHoweverOftenItComesBack) {
    sweep("2030-01-01T10:00:00Z");
    EXPECT_EQ(sweep("2030-01-02T10:00:00Z").late, 0U);
    EXPECT_EQ(patch(R"({"due_date":"2030-02-01T10:00:00Z"})").status, 200);
    EXPECT_EQ(sweep("2030-01-02T10:00:00Z").late, 0U) << "it was given more time";
    EXPECT_EQ(sweep("2030-02-01T10:00:00Z").late, 1U);
    EXPECT_EQ(patch(R"({"due_date":"2030-01-01T10:00:00Z"})").status, 200);
    EXPECT_EQ(sweep("2030-03-01T10:00:00Z").taken, 0U) << "of that date everybody was told";
    EXPECT_EQ(told(technician.id), 2);
}

TEST_F(OverdueJobs, AreNoneThatAreDoneCalledOffOrDeleted) {
    EXPECT_EQ(patch(R"({"job_status_id":")" + status("done") + "\"}").status, 200);
    EXPECT_EQ(sweep("2030-01-02T10:00:00Z").taken, 0U);
    EXPECT_EQ(patch(R"({"job_status_id":")" + status("open") + "\"}").status, 200);
    EXPECT_EQ(sweep("2030-01-02T10:00:00Z").late, 1U) << "opened again after its due date";
    const auto other = job(admin, R"(,"due_date":"2030-01-01T10:00:00Z")");
    EXPECT_EQ(call(admin, "DELETE", "/api/v1/jobs/" + other).status, 204);
    EXPECT_EQ(sweep("2030-01-02T10:00:00Z").taken, 0U);
    EXPECT_EQ(database.number("select count(*) from job_due_watch"), 0);
}

TEST_F(OverdueJobs, AreShownSinceWhenTheyAreLate) {
    const auto late = job(admin, R"(,"due_date":"2020-01-01T10:00:00Z")");
    const auto shown = call(admin, "GET", "/api/v1/jobs/" + late);
    EXPECT_EQ(shown.at("is_overdue"), "true");
    EXPECT_THAT(shown.at("overdue_since"), HasSubstr("2020-01-01"));
    EXPECT_EQ(call(admin, "GET", "/api/v1/jobs/" + due_job).at("overdue_since"), "null");
}

TEST_F(OverdueJobs, FollowAStatusThatCountsAsSomethingElse) {
    const auto open = status("open");
    EXPECT_EQ(call(admin, "PATCH", "/api/v1/job-statuses/" + open, R"({"category":"cancelled"})").status, 200);
    EXPECT_EQ(sweep("2030-01-02T10:00:00Z").taken, 0U);
    EXPECT_EQ(call(admin, "PATCH", "/api/v1/job-statuses/" + open, R"({"category":"open"})").status, 200);
    EXPECT_EQ(sweep("2030-01-02T10:00:00Z").late, 1U);
}

TEST_F(OverdueJobs, OfOneMinuteAreTakenInBatchesByTwoSweepsAtOnceEachOnce) {
    constexpr int kJobs = 3000;
    copy_due_job(kJobs);
    std::atomic<std::size_t> late{0}, most{0};
    const auto work = [&] {
        for (int idle = 0; idle < 3;) {
            const auto step = sweep("2030-01-01T10:00:30Z", 200);
            late += step.late;
            most = std::max(most.load(), step.taken);
            idle = step.taken == 0 ? idle + 1 : 0;
        }
    };
    std::thread one(work), two(work);
    one.join();
    two.join();
    EXPECT_EQ(late, kJobs + 1U);
    EXPECT_LE(most, 200U);
    EXPECT_EQ(told(technician.id), kJobs + 1);
    EXPECT_EQ(database.number("select count(*) from event where type = 'job_overdue'"), kJobs + 1);
}

TEST_F(OverdueJobs, OfASweepThatDidNotEndAreLeftToTheNext) {
    {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease, {.actor = "run:x", .organization = kHere});
        EXPECT_EQ(notice_overdue(tx, kHere, *core::time::parse_rfc3339("2030-01-01T10:00:00Z"), 100).late, 1U);
        EXPECT_EQ(sweep("2030-01-01T10:00:00Z").taken, 0U) << "held by the other one";
    }  // it dies before its commit
    EXPECT_EQ(told(), 0);
    EXPECT_EQ(sweep("2030-01-01T10:00:00Z").late, 1U);
    EXPECT_EQ(told(technician.id), 1);
}

TEST_F(OverdueJobs, OfAWorkerThatIsKilledInTheMiddleAreToldOfOnceEach) {
    constexpr int kJobs = 2500;
    copy_due_job(kJobs);
    database.one("update job set due_date = '2020-01-01T10:00:00Z'");
    {
        Program program({.database_url = database.url(),
                         .queue = "sweeps",
                         .fail_points = "overdue.before_commit=kill@2",
                         .lease = 2s});
        ASSERT_TRUE(program.ended_by(SIGKILL)) << program.log();
    }
    EXPECT_EQ(told(technician.id), 1000) << "the first batch, and nothing of the second";
    Program again({.database_url = database.url(), .queue = "sweeps", .lease = 2s});
    EXPECT_TRUE(eventually([&] { return told(technician.id) >= kJobs + 1; })) << again.log();
    EXPECT_EQ(told(technician.id), kJobs + 1);
    EXPECT_EQ(database.number("select count(*) from event where type = 'job_overdue'"), kJobs + 1);
}

TEST_F(OverdueJobs, StartTheirSweepAtTheirMomentOnceForEachOrganization) {
    std::vector<std::string> woken;
    workers::sweeps::Watch watch(database.pool(), [&](const auto& queues) { woken = queues; });
    const auto due = *core::time::parse_rfc3339("2030-01-01T10:00:00Z");
    EXPECT_EQ(watch.run_once(due - 10min), 1s);
    EXPECT_EQ(watch.run_once(due - 300ms), 300ms) << "it wakes at that moment, not at the next second";
    EXPECT_EQ(database.number("select count(*) from run"), 0);
    watch.run_once(due);
    watch.run_once(due);
    EXPECT_EQ(database.one("select string_agg(kind || ' ' || organization_id, ',') from run"),
              "overdue.sweep " + kHere);
    EXPECT_EQ(woken, std::vector<std::string>{"sweeps"});
}

TEST_F(OverdueJobs, AreSweptHourlyOnceThereIsADueDate) {
    EXPECT_EQ(database.one("select kind || ' ' || cron from schedule where organization_id = '" + kHere + "'"),
              "overdue.sweep @hourly");
    database.one("delete from schedule");
    job(admin, R"(,"due_date":"2031-01-01T10:00:00Z")");
    EXPECT_EQ(database.number("select count(*) from schedule"), 0) << "who deletes it means it";
}

TEST_F(OverdueJobs, AreNotToldToWhoDoesNotWantToHearOfThem) {
    call(technician, "PUT", "/api/v1/notifications/preferences",
         R"({"preferences":[{"event":"job_overdue","channel":"in_app","mode":"off"}]})");
    sweep("2030-01-01T10:00:00Z");
    EXPECT_EQ(told(technician.id), 0);
    EXPECT_EQ(told(manager.id), 1);
}

}  // namespace
}  // namespace nightshift::tests
