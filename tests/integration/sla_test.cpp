// Service levels: clocks follow their job, thresholds are passed once, and whom it concerns is told.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "domain/sla/clocks.h"
#include "tests/kit/api_fixture.h"
#include "workers/sweeps/watch.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;
using domain::sla::fire_due;
using domain::sla::settle_touched;
using testing::HasSubstr;
using Moment = std::chrono::system_clock::time_point;

class ServiceLevels : public ApiFixture {
protected:
    void SetUp() override {
        ApiFixture::SetUp();
        configure_jobs();
        call(admin, "POST", "/api/v1/job-priorities", R"({"name":"Urgent","level":9})");
        call(admin, "POST", "/api/v1/job-statuses", R"({"name":"Blocked","category":"blocked","display_order":4})");
        manager = person("manager");
        technician = person("technician");
        department_id = department("Pumps", R"(,"manager_user_id":")" + manager.id + "\"").at("id");
    }
    std::string id_of(const std::string& table, const std::string& name) {
        return database.one("select id from " + table + " where organization_id = '" + kHere + "' and name = '" + name +
                            "'");
    }
    std::string policy(const std::string& more = R"(,"resolution_minutes":60)") {
        const auto made = call(admin, "POST", "/api/v1/sla-policies",
                               R"({"name":"P)" + std::to_string(++policies_) + R"(","is_active":true)" + more + "}");
        EXPECT_EQ(made.status, 201) << made;
        return made.at("id");
    }
    std::string promised_job(const std::string& more = {}) {
        const auto id = job(admin, R"(,"assigned_to_user_id":")" + technician.id + R"(","department_id":")" +
                                       department_id + "\"" + more);
        settle();
        return id;
    }
    template <class Work>
    auto in_transaction(Work&& work) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease, {.actor = "run:x", .organization = kHere});
        auto result = work(tx);
        tx.commit();
        return result;
    }
    std::size_t settle(Moment now = std::chrono::system_clock::now(), std::size_t most = 500) {
        return in_transaction([&](auto& tx) { return settle_touched(tx, kHere, now, most); });
    }
    domain::sla::Fired fire(Moment now, std::size_t most = 1000) {
        return in_transaction([&](auto& tx) { return fire_due(tx, kHere, now, most); });
    }
    Moment began(const std::string& job_id) {
        return in_transaction(
            [&](auto& tx) { return tx.execute("select created_at from job where id = '" + job_id + "'").time(0, 0); });
    }
    std::string clock(const std::string& job_id, const std::string& what, const std::string& metric = "resolution") {
        return database.one("select (" + what + ")::text from sla_clock where job_id = '" + job_id +
                            "' and metric = '" + metric + "' order by cycle desc limit 1");
    }
    /// Minutes from the job's creation until its clock is due.
    std::string minutes_allowed(const std::string& job_id) {
        return clock(job_id,
                     "select round(extract(epoch from due_at - j.created_at) / 60) from job j where j.id = job_id");
    }
    std::int64_t told(const std::string& type, const std::string& who) {
        return database.number("select count(*) from notification where type = '" + type + "' and user_id = '" + who +
                               "'");
    }
    void move(const std::string& job_id, const std::string& status) {
        const auto moved = call(admin, "POST", "/api/v1/jobs/" + job_id + "/status",
                                R"({"job_status_id":")" + id_of("job_status", status) + "\"}");
        ASSERT_EQ(moved.status, 200) << moved;
        settle();
    }
    void give_priority(const std::string& job_id, const std::string& name) {
        EXPECT_EQ(call(admin, "PATCH", "/api/v1/jobs/" + job_id,
                       R"({"job_priority_id":")" + id_of("job_priority", name) + "\"}")
                      .status,
                  200);
        settle();
    }

    Person manager, technician;
    std::string department_id;

private:
    int policies_ = 0;
};

TEST_F(ServiceLevels, HaveAClockForEachPromiseAndWarnThenTellThatItIsLateOnceEach) {
    policy(R"(,"resolution_minutes":60,"first_response_minutes":30)");
    const auto id = promised_job();
    EXPECT_EQ(minutes_allowed(id), "60");
    const auto start = began(id);
    EXPECT_EQ(fire(start + 10min).taken, 0U);
    for (int twice = 0; twice < 2; ++twice) fire(start + 31min);  // resolution 50, response 50, 80 and 100
    EXPECT_EQ(database.one("select string_agg(c.metric || ' ' || t.percent, ',' order by c.metric, t.percent) from "
                           "sla_threshold t join sla_clock c on c.id = t.clock_id"),
              "first_response 50,first_response 80,first_response 100,resolution 50");
    EXPECT_EQ(told("sla_warning", technician.id), 1);
    EXPECT_EQ(told("sla_breached", technician.id), 1) << "what comes at once is told once, with the highest";
    EXPECT_EQ(told("sla_breached", manager.id), 1);
    EXPECT_EQ(told("sla_warning", manager.id), 0);
    fire(start + 60min);
    EXPECT_EQ(told("sla_breached", manager.id), 2);
    EXPECT_EQ(clock(id, "breached_at = due_at"), "true");
    EXPECT_EQ(fire(start + 90min).taken, 0U);
    EXPECT_EQ(database.number("select count(*) from event where type = 'sla_breached' and job_id = '" + id + "'"), 2);
    EXPECT_EQ(database.number("select count(*) from event where type = 'sla_warning'"), 4);
}

TEST_F(ServiceLevels, StopTheClockOfTheResponseAtTheFirstPublicCommentOfSomebodyElse) {
    policy(R"(,"first_response_minutes":30)");
    const auto id = promised_job();
    const auto comment = [&](const Person& who, const std::string& more) {
        EXPECT_EQ(call(who, "POST", "/api/v1/jobs/" + id + "/comments", R"({"content":"x")" + more + "}").status, 201);
        settle();
        return clock(id, "stopped_at is not null", "first_response");
    };
    EXPECT_EQ(comment(admin, ""), "false") << "who asked does not answer";
    EXPECT_EQ(comment(technician, R"(,"is_internal":true)"), "false");
    EXPECT_EQ(comment(technician, ""), "true");
    EXPECT_EQ(fire(began(id) + 24h).taken, 0U);
}

TEST_F(ServiceLevels, PauseWhereTheStatusSaysSoAndGoOnAfterIt) {
    policy();
    const auto id = promised_job();
    move(id, "In Progress");
    move(id, "Blocked");
    EXPECT_EQ(clock(id, "due_at is null and paused_at is not null and next_at is null"), "true");
    const auto shown = call(admin, "GET", "/api/v1/jobs/" + id + "/sla");
    ASSERT_EQ(shown.status, 200) << shown;
    EXPECT_THAT(shown.text, HasSubstr(R"("state":"paused")"));
    EXPECT_EQ(fire(began(id) + 240h).taken, 0U);
    move(id, "In Progress");
    EXPECT_EQ(clock(id, "due_at is not null and jsonb_array_length(pauses) = 1"), "true");
    move(id, "Done");
    EXPECT_EQ(clock(id, "stopped_at is not null and breached_at is null and next_at is null"), "true");
    move(id, "Open");
    EXPECT_EQ(clock(id, "stopped_at is null and due_at is not null and cycle = 1"), "true");
}

TEST_F(ServiceLevels, FlapWithThePriorityWithoutTellingAnythingTwice) {
    policy(R"(,"position":1,"resolution_minutes":60,"job_priority_id":")" + id_of("job_priority", "Urgent") + "\"");
    policy(R"(,"position":2,"resolution_minutes":600)");
    const auto id = promised_job();
    EXPECT_EQ(minutes_allowed(id), "600");
    const auto start = began(id);
    for (int i = 0; i < 5; ++i) {
        give_priority(id, "Urgent");
        EXPECT_EQ(minutes_allowed(id), "60");
        fire(start + 40min);
        give_priority(id, "Normal");
        EXPECT_EQ(minutes_allowed(id), "600");
        fire(start + 40min);
    }
    EXPECT_EQ(database.one("select string_agg(percent::text, ',') from sla_threshold"), "50");
    EXPECT_EQ(told("sla_warning", technician.id), 1);
}

TEST_F(ServiceLevels, AreWorkedOutAgainWhenAHolidayIsAddedInThePast) {
    const auto calendar = call(admin, "POST", "/api/v1/calendars", R"({"name":"Always","hours":[
{"weekday":"monday","from":"00:00","to":"24:00"},{"weekday":"tuesday","from":"00:00","to":"24:00"},{"weekday":"wednesday","from":"00:00","to":"24:00"},
{"weekday":"thursday","from":"00:00","to":"24:00"},{"weekday":"friday","from":"00:00","to":"24:00"},{"weekday":"saturday","from":"00:00","to":"24:00"},
{"weekday":"sunday","from":"00:00","to":"24:00"}]})");
    ASSERT_EQ(calendar.status, 201) << calendar;
    policy(R"(,"resolution_minutes":1440,"calendar_id":")" + calendar.at("id") + "\"");
    const auto id = promised_job();
    database.one("update job set created_at = created_at - interval '5 days' where id = '" + id + "'");
    database.one("insert into sla_touch (organization_id, job_id) values ('" + kHere + "', '" + id + "')");
    settle();
    EXPECT_EQ(minutes_allowed(id), "1440");
    EXPECT_EQ(clock(id, "breached_at is not null"), "true");
    EXPECT_EQ(fire(std::chrono::system_clock::now()).breaches, 1U);
    const auto day = database.one("select (created_at at time zone 'UTC')::date + 1 from job where id = '" + id + "'");
    EXPECT_EQ(call(admin, "POST", "/api/v1/holidays",
                   R"({"calendar_id":")" + calendar.at("id") + R"(","name":"Found later","date":")" + day + "\"}")
                  .status,
              201);
    settle();
    EXPECT_EQ(minutes_allowed(id), "2880") << "that day does not count";
    EXPECT_EQ(fire(std::chrono::system_clock::now() + 24h).breaches, 0U) << "they were told already";
}

TEST_F(ServiceLevels, RefuseACalendarThatIsNeverOpenAndOutliveOneThatBecomesSo) {
    const auto calendar = call(admin, "POST", "/api/v1/calendars", R"({"name":"Never","hours":[]})").at("id");
    const auto refused = call(admin, "POST", "/api/v1/sla-policies",
                              R"({"name":"N","resolution_minutes":60,"calendar_id":")" + calendar + "\"}");
    EXPECT_EQ(refused.status, 422) << refused;
    EXPECT_EQ(refused.fields(), std::set<std::string>{"calendar_id"});
    call(admin, "PATCH", "/api/v1/calendars/" + calendar,
         R"({"hours":[{"weekday":"monday","from":"00:00","to":"24:00"}]})");
    policy(R"(,"resolution_minutes":60,"calendar_id":")" + calendar + "\"");
    const auto id = promised_job();
    EXPECT_EQ(clock(id, "due_at is not null"), "true");
    EXPECT_EQ(call(admin, "PATCH", "/api/v1/calendars/" + calendar, R"({"hours":[]})").status, 200);
    settle();
    EXPECT_EQ(clock(id, "due_at is null and next_at is null"), "true");
    EXPECT_EQ(call(admin, "GET", "/api/v1/jobs/" + id + "/sla").status, 200);
    EXPECT_EQ(fire(began(id) + 10000h).taken, 0U);
}

TEST_F(ServiceLevels, AreGivenUpWithTheirPolicyAndTakenUpAgain) {
    const auto made = policy();
    const auto id = promised_job();
    call(admin, "PATCH", "/api/v1/sla-policies/" + made, R"({"is_active":false})");
    settle();
    EXPECT_EQ(clock(id, "cancelled_at is not null and next_at is null"), "true");
    call(admin, "PATCH", "/api/v1/sla-policies/" + made, R"({"is_active":true,"resolution_minutes":90})");
    settle();
    EXPECT_EQ(clock(id, "cancelled_at is null"), "true");
    EXPECT_EQ(minutes_allowed(id), "90");
}

TEST_F(ServiceLevels, DoNotTellWhatWasOverBeforeTheyWerePromised) {
    const auto old = job(admin, R"(,"assigned_to_user_id":")" + technician.id + "\"");
    database.one("update job set created_at = created_at - interval '50 minutes' where id = '" + old + "'");
    const auto made = policy();
    settle();
    EXPECT_EQ(fire(std::chrono::system_clock::now()).warnings, 0U) << "80 per cent were used already";
    EXPECT_EQ(fire(began(old) + 61min).breaches, 1U) << "that it is late is new";
    EXPECT_EQ(told("sla_breached", technician.id), 1);
    EXPECT_EQ(told("sla_warning", technician.id), 0);
}

TEST_F(ServiceLevels, EscalateAsThePolicySays) {
    const auto lead = person("technician");
    const auto team =
        call(admin, "POST", "/api/v1/teams", R"({"name":"T","lead_user_id":")" + lead.id + "\"}").at("id");
    policy(R"(,"resolution_minutes":60,"warn_at":[80],"repeat_every":100,"escalation":[{"at":80,"notify":["team_lead"]},
{"at":100,"notify":["manager"],"raise_priority":true,"reassign_to":"team_lead"}])");
    const auto id = promised_job(R"(,"team_id":")" + team + "\"");
    fire(began(id) + 50min);
    EXPECT_EQ(told("sla_warning", lead.id), 1);
    EXPECT_EQ(told("sla_warning", technician.id), 0);
    fire(began(id) + 61min);
    EXPECT_EQ(told("sla_breached", manager.id), 1);
    EXPECT_EQ(database.one("select p.name || ' ' || (j.assigned_to_user_id = '" + lead.id +
                           "') from job j join job_priority p on p.id = j.job_priority_id where j.id = '" + id + "'"),
              "Urgent true");
    EXPECT_EQ(told("job_assigned", lead.id), 1);
    EXPECT_THAT(call(admin, "GET", "/api/v1/jobs/" + id + "/history").text, HasSubstr("Service level"));
    EXPECT_EQ(settle(), 1U) << "a change of priority is looked at again";
    fire(began(id) + 121min);
    EXPECT_EQ(told("sla_breached", manager.id), 2) << "at 200 per cent again";
}

TEST_F(ServiceLevels, CallAWebhookWhereAStepSaysSoOnceForEachThreshold) {
    const auto hook = [&](const std::string& more) {
        return call(admin, "POST", "/api/v1/webhooks",
                    R"({"name":"Pager","url":"https://pager.example.org/","events":["webhook_test"])" + more + "}")
            .at("id");
    };
    const auto pager = hook(""), off = hook(R"(,"is_active":false)");
    policy(R"(,"resolution_minutes":60,"warn_at":[80],"escalation":[{"at":80,"webhook":")" + off +
           R"("},{"at":100,"notify":["manager"],"webhook":")" + pager + "\"}]");
    const auto id = promised_job();
    fire(began(id) + 50min);
    EXPECT_EQ(database.number("select count(*) from webhook_delivery"), 0) << "it is switched off";
    fire(began(id) + 61min);
    fire(began(id) + 62min);
    EXPECT_EQ(
        database.one("select string_agg(event || ' ' || (body::json -> 'data' ->> 'job_id') || ' ' || (body::json "
                     "-> 'data' ->> 'percent') || ' ' || (body::json -> 'data' ->> 'metric'), ',') from "
                     "webhook_delivery where webhook_id = '" +
                     pager + "'"),
        "sla_escalated " + id + " 100 resolution");
    EXPECT_EQ(database.one("select args ->> 'webhook_id' from run where kind = 'webhook.deliver'"), pager);
    EXPECT_EQ(told("sla_breached", manager.id), 1);
    const auto nobodys =
        call(admin, "POST", "/api/v1/sla-policies",
             R"({"name":"P","resolution_minutes":60,"escalation":[{"at":100,"webhook":")" + id + "\"}]}");
    EXPECT_EQ(nobodys.status, 422) << nobodys;
    EXPECT_EQ(nobodys.fields(), std::set<std::string>{"escalation"});
}

TEST_F(ServiceLevels, AreSweptByTwoAtOnceAndEachThresholdIsPassedOnce) {
    policy();
    const auto id = promised_job();
    constexpr int kJobs = 1000;
    database.one(
        "insert into job (id, organization_id, key, title, job_type_id, job_status_id, job_priority_id, "
        "created_by_user_id, assigned_to_user_id) select gen_random_uuid(), organization_id, 'X-' || i, 'x', "
        "job_type_id, job_status_id, job_priority_id, created_by_user_id, assigned_to_user_id from job, "
        "generate_series(1, " +
        std::to_string(kJobs) + ") i where id = '" + id + "'");
    std::atomic<std::size_t> warnings{0}, most{0};
    const auto late = std::chrono::system_clock::now() + 31min;
    const auto work = [&] {
        for (int idle = 0; idle < 3;) {
            const auto jobs = settle(std::chrono::system_clock::now(), 100);
            const auto fired = fire(late, 100);
            warnings += fired.warnings;
            most = std::max(most.load(), fired.taken);
            idle = jobs + fired.taken == 0 ? idle + 1 : 0;
        }
    };
    std::thread one(work), two(work);
    one.join();
    two.join();
    EXPECT_EQ(warnings, kJobs + 1U);
    EXPECT_LE(most, 100U);
    EXPECT_EQ(told("sla_warning", technician.id), kJobs + 1);
    EXPECT_EQ(database.number("select count(*) from sla_touch"), 0);
}

TEST_F(ServiceLevels, OfASweepThatDidNotEndAreLeftToTheNext) {
    policy();
    const auto id = promised_job();
    {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease, {.actor = "run:x", .organization = kHere});
        EXPECT_EQ(fire_due(tx, kHere, began(id) + 31min, 10).warnings, 1U);
    }  // it dies before its commit
    EXPECT_EQ(told("sla_warning", technician.id), 0);
    EXPECT_EQ(fire(began(id) + 31min).warnings, 1U);
    EXPECT_EQ(told("sla_warning", technician.id), 1);
}

TEST_F(ServiceLevels, CanBeTriedOnJobsOfThePast) {
    const auto asked = call(admin, "POST", "/api/v1/sla-policies",
                            R"({"name":"Try","resolution_minutes":60,"first_response_minutes":1})");
    ASSERT_EQ(asked.status, 201) << asked;
    const auto quick = job(admin), slow = job(admin), open = job(admin);
    for (const auto& id : {quick, slow}) move(id, "Done");
    database.one("update job set created_at = created_at - interval '3 hours' where id = '" + slow + "'");
    const auto path = "/api/v1/sla-policies/" + asked.at("id") + "/simulate";
    const auto tried = call(admin, "POST", path, "{}");
    ASSERT_EQ(tried.status, 200) << tried;
    EXPECT_EQ(tried.at("jobs"), "3");
    EXPECT_EQ(core::json::text(tried.body.at("resolution").at("met")), "1") << tried;
    EXPECT_EQ(core::json::text(tried.body.at("resolution").at("breached")), "1");
    EXPECT_EQ(core::json::text(tried.body.at("resolution").at("running")), "1");
    EXPECT_EQ(tried.body.at("late").at(0).at("job_id").as_string(), slow);
    EXPECT_EQ(database.number("select count(*) from sla_clock"), 0) << "nothing is changed";
    EXPECT_EQ(call(admin, "POST", path, R"({"limit":2})").at("is_whole"), "false");
    EXPECT_EQ(call(admin, "POST", path, R"({"from":"2030-01-01T00:00:00Z","to":"2029-01-01T00:00:00Z"})").status, 422);
    EXPECT_EQ(call(technician, "POST", path, "{}").status, 403);
}

TEST_F(ServiceLevels, ShowTheirClocksAtOnceToWhoSeesTheJob) {
    policy(R"(,"resolution_minutes":60)");
    const auto id = job(admin);
    const auto shown = call(admin, "GET", "/api/v1/jobs/" + id + "/sla");
    ASSERT_EQ(shown.status, 200) << shown;
    const auto& clock = shown.body.at("clocks").at(0);
    EXPECT_EQ(clock.at("state").as_string(), "running") << "before any sweep";
    EXPECT_EQ(clock.at("forecast").at("thresholds").as_array().size(), 3U);
    EXPECT_EQ(call(technician, "GET", "/api/v1/jobs/" + id + "/sla").status, 404);
    const auto none = job(admin);
    database.one("update sla_policy set is_active = false");
    EXPECT_EQ(call(admin, "GET", "/api/v1/jobs/" + none + "/sla").at("policy"), "null");
}

TEST_F(ServiceLevels, StartTheirSweepWhenThereIsSomethingToDo) {
    policy();
    workers::sweeps::Watch watch(database.pool(), [](const auto&) {});
    const auto now = std::chrono::system_clock::now();
    watch.run_once(now);
    EXPECT_EQ(database.number("select count(*) from run"), 0);
    const auto id = job(admin);
    watch.run_once(now);
    EXPECT_EQ(database.one("select string_agg(kind, ',') from run"), "sla.sweep") << "a job was touched";
    settle();
    database.one("delete from run");
    watch.run_once(now);
    EXPECT_EQ(database.number("select count(*) from run"), 0);
    watch.run_once(began(id) + 30min);
    EXPECT_EQ(database.one("select string_agg(kind, ',') from run"), "sla.sweep") << "a threshold is reached";
    EXPECT_EQ(database.one("select kind || ' ' || cron from schedule where kind = 'sla.sweep'"), "sla.sweep * * * * *");
}

TEST_F(ServiceLevels, CostNothingWhereNothingIsPromised) {
    job(admin);
    EXPECT_EQ(database.number("select count(*) from sla_touch"), 0);
}

}  // namespace
}  // namespace nightshift::tests
