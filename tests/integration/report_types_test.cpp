// Every report type there is, in every format, by everybody: who asks is answered from what they see and nothing else,
// by the same statements that answer at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/error/error.h"
#include "domain/reports/parameters.h"
#include "domain/reports/write.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/instrumented.h"

namespace nightshift::tests::report_types {
namespace {

namespace fs = std::filesystem;
namespace json = core::json;
using domain::reports::ReportType;
using testing::HasSubstr;
using testing::Not;

class ReportTypes : public ApiFixture {
protected:
    ~ReportTypes() override { fs::remove_all(folder); }

    /// What somebody who holds these would be given, made now, into `folder / "report"`.
    void make(std::string_view type_name, const Person& who, std::string_view format, json::object parameters = {}) {
        const auto& type = domain::reports::require_report_type(type_name);
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto held = gate.identify(who.token).permissions;
        domain::reports::settle(tx, type, parameters, kHere, who.id, std::chrono::system_clock::now());
        fs::create_directories(folder);
        const auto made = domain::reports::write(tx,
                                                 {.type = type,
                                                  .organization = kHere,
                                                  .sight = domain::reports::sight_of(tx, type, kHere, who.id, held),
                                                  .parameters = parameters,
                                                  .title = "A report",
                                                  .format = std::string(format),
                                                  .as_of = std::chrono::system_clock::now()},
                                                 folder / "report", [](auto, auto) { return true; });
        EXPECT_TRUE(made.complete);
        made_rows = made.rows;
    }
    std::string written(std::string_view type, const Person& who, std::string_view format,
                        json::object parameters = {}) {
        make(type, who, format, std::move(parameters));
        std::ifstream in(folder / "report", std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    json::array rows(std::string_view type, const Person& who, json::object parameters = {}) {
        return json::parse(written(type, who, "JSON", std::move(parameters))).as_array();
    }
    static std::set<std::string> all(const json::array& rows, std::string_view name) {
        std::set<std::string> found;
        for (const auto& row : rows) found.emplace(row.at(name).as_string());
        return found;
    }
    Reply ask(const Person& who, const std::string& type, const std::string& more = {}) {
        return call(who, "POST", "/api/v1/reports/generate",
                    R"({"name":"N","report_type":")" + type + '"' + more + "}");
    }
    /// A job of each: the admin's own, one in the manager's department, the member's, one that the member watches.
    void work() {
        configure_jobs();
        manager = person("manager");
        member = person("member");
        stranger = person("member");
        const auto led = department("Led", R"(,"manager_user_id":")" + manager.id + '"').at("id");
        database.one("update app_user set department_id = '" + led + "' where id = '" + member.id + "'");
        job(admin);
        job(admin, R"(,"department_id":")" + led + '"');
        job(admin, R"(,"due_date":"2026-01-01T00:00:00Z","assigned_to_user_id":")" + member.id + '"');
        const auto watched = job(admin);
        job(member);
        database.one("insert into job_watcher (job_id, user_id, organization_id) values ('" + watched + "', '" +
                     member.id + "', '" + kHere + "')");
        const auto logged = call(
            member, "POST", "/api/v1/time-logs",
            R"({"job_id":")" + watched + R"(","start_time":"2026-03-01T08:00:00Z","end_time":"2026-03-01T09:30:00Z"})");
        EXPECT_EQ(logged.status, 201) << logged;
    }

    fs::path folder = fs::temp_directory_path() / ("nightshift-report-types-" + core::time::uuid7());
    Person manager, member, stranger;
    std::size_t made_rows = 0;
};

TEST_F(ReportTypes, AreMadeInEveryFormatOfNothingAndOfSomething) {
    for (const bool is_empty : {true, false}) {
        if (!is_empty) work();
        for (const auto* type : domain::reports::report_types())
            for (const auto* format : {"CSV", "JSON", "XLSX", "PDF", "HTML"})
                EXPECT_FALSE(written(type->name, admin, format).empty()) << type->name << " " << format;
    }
}

/// Kibibytes: what this process holds now, or the most it has held since `forget_peak`.
long memory(std::string_view which) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(which)) return std::atol(line.c_str() + which.size());
    return 0;
}
void forget_peak() {
    std::ofstream("/proc/self/clear_refs") << 5;
}

TEST_F(ReportTypes, OfAHundredThousandJobsAreWholeAndTakeNoMoreMemoryThanOfTen) {
    configure_jobs();
    database.one(
        "set local session_replication_role = replica; insert into job (id, organization_id, key, title, job_type_id, "
        "job_status_id, job_priority_id, "
        "created_by_user_id, estimated_hours) select gen_random_uuid(), '" +
        kHere + "', 'JOB-' || i, 'Replace pump number ' || i || ' in hall 3', t.id, s.id, p.id, '" + admin.id +
        "', 1.5 from generate_series(1, 100000) i, job_type t, job_status s, job_priority p where s.name = 'Open'");
    for (const auto* format : {"HTML", "XLSX", "PDF", "CSV"}) {
        rows("jobs_by_status", admin);
        forget_peak();
        const auto before = memory("VmRSS:");
        make("job_summary", admin, format);
        EXPECT_TRUE(kInstrumented || memory("VmHWM:") - before < 64 * 1024) << format;
        EXPECT_EQ(made_rows, 100000U) << format;
    }
    std::ifstream file(folder / "report");
    EXPECT_EQ(std::count(std::istreambuf_iterator<char>(file), {}, '\n'), 100001);
}

TEST_F(ReportTypes, HaveColumnsForAllThatTheirStatementsGive) {
    for (const auto* type : domain::reports::report_types()) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto found =
            tx.run_with(*type->rows, {kHere, "all", nullptr, R"({"time_zone":"UTC","as_of":"2026-03-01T00:00:00Z"})"});
        EXPECT_EQ(found.columns(), type->columns.size() + type->behind.size()) << type->name;
        EXPECT_GE(
            tx.run_with(*type->chart, {kHere, "all", nullptr, R"({"time_zone":"UTC","as_of":"2026-03-01T00:00:00Z"})"})
                .columns(),
            2U)
            << type->name;
    }
}

TEST_F(ReportTypes, ShowTheJobsThatTheListOfJobsShows) {
    work();
    for (const auto* who : {&admin, &manager, &member, &stranger}) {
        const auto list = call(*who, "GET", "/api/v1/jobs?limit=200");
        std::set<std::string> listed;
        for (const auto& one : list.body.as_array()) listed.emplace(one.at("key").as_string());
        EXPECT_EQ(all(rows("job_summary", *who), "key"), listed) << who->email;
        std::int64_t counted = 0;
        for (const auto& one : rows("jobs_by_status", *who)) counted += one.at("jobs").to_number<std::int64_t>();
        EXPECT_EQ(counted, static_cast<std::int64_t>(listed.size())) << who->email;
    }
    EXPECT_EQ(rows("job_summary", member).size(), 3U);
    EXPECT_TRUE(rows("job_summary", stranger).empty());
}

TEST_F(ReportTypes, ShowTheTimeThatTheListOfTimeLogsShows) {
    work();
    for (const auto* who : {&admin, &manager, &member, &stranger}) {
        const auto list = call(*who, "GET", "/api/v1/time-logs?limit=200");
        EXPECT_EQ(rows("time_tracking", *who).size(), list.count()) << who->email << " " << list;
    }
    const auto found = rows("time_tracking", member);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].at("hours").to_number<double>(), 1.5);
    EXPECT_EQ(found[0].at("billable").as_string(), "yes");
}

TEST_F(ReportTypes, OfPeopleAreForWhoLeadsThem) {
    work();
    EXPECT_EQ(ask(member, "team_performance").status, 403);
    EXPECT_EQ(ask(member, "audit").status, 403);
    EXPECT_EQ(ask(person("viewer"), "job_summary").status, 403);
    EXPECT_EQ(ask(manager, "team_performance").status, 202);
    const auto led = all(rows("workload", manager), "person");
    EXPECT_EQ(led.size(), 2U) << "the manager and the member";
    EXPECT_GE(all(rows("workload", admin), "person").size(), 4U);
}

TEST_F(ReportTypes, OfOverdueWorkCountByHowLateItIs) {
    work();
    const auto late = rows("overdue", admin);
    ASSERT_EQ(late.size(), 1U);
    EXPECT_GT(late[0].at("days_late").to_number<double>(), 1.0);
    EXPECT_TRUE(rows("overdue", admin, {{"at_least_days", 3650}}).empty());
    EXPECT_TRUE(rows("overdue", stranger).empty());
}

TEST_F(ReportTypes, SayEveryProblemOfTheirParametersAtOnce) {
    configure_jobs();
    const auto refused = ask(admin, "job_summary",
                             R"(,"parameters":{"departmnt_id":"x","start_date":"1st of May","period":"last_moth"})");
    EXPECT_EQ(refused.status, 400) << refused;
    EXPECT_EQ(refused.fields(),
              (std::set<std::string>{"parameters.departmnt_id", "parameters.start_date", "parameters.period"}));
    EXPECT_THAT(refused.text, HasSubstr("did you mean \\\"last_month\\\""));
    const auto crossed =
        ask(admin, "job_summary",
            R"(,"parameters":{"start_date":"2026-05-02","end_date":"2026-05-01","time_zone":"Europe/Pari"})");
    EXPECT_EQ(crossed.status, 400) << crossed;
    EXPECT_EQ(crossed.fields(), (std::set<std::string>{"parameters.end_date", "parameters.time_zone"}));
    EXPECT_EQ(ask(admin, "job_summary", R"(,"parameters":{"period":"today","end_date":"2026-05-01"})").status, 400);
    EXPECT_EQ(ask(admin, "workload", R"(,"parameters":{"period":"today"})").fields(),
              std::set<std::string>{"parameters.period"});
    const auto nobody = ask(
        admin, "job_summary",
        R"(,"parameters":{"department_id":")" + core::time::uuid7() + R"(","user_id":")" + core::time::uuid7() + "\"}");
    EXPECT_EQ(nobody.status, 422) << nobody;
    EXPECT_EQ(nobody.fields(), (std::set<std::string>{"parameters.department_id", "parameters.user_id"}));
}

TEST_F(ReportTypes, WhoseSubjectIsNotThereYetSaySo) {
    for (const auto* name :
         {"project_progress", "equipment_usage", "utilization", "capacity", "allocation_conflicts"}) {
        const auto refused = ask(admin, name);
        EXPECT_EQ(refused.status, 400) << refused;
        EXPECT_THAT(refused.text, HasSubstr("does not keep yet")) << name;
        EXPECT_EQ(refused.fields(), std::set<std::string>{"report_type"});
    }
    EXPECT_THAT(ask(admin, "overdu").text, HasSubstr("did you mean \\\"overdue\\\""));
}

TEST_F(ReportTypes, TurnPeriodsIntoDaysOfTheAskersZone) {
    database.one("update app_user set time_zone = 'Pacific/Auckland' where id = '" + admin.id + "'");
    const auto& type = domain::reports::require_report_type("job_summary");
    const auto days = [&](const std::string& period, const char* now) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        json::object parameters{{"period", period}};
        domain::reports::settle(tx, type, parameters, kHere, admin.id, *core::time::parse_rfc3339(now));
        return json::text_in(parameters, "start_date") + " " + json::text_in(parameters, "end_date");
    };
    const auto* now = "2026-03-31T22:30:00Z";  // there it is the first of April, a Wednesday
    EXPECT_EQ(days("today", now), "2026-04-01 2026-04-01");
    EXPECT_EQ(days("yesterday", now), "2026-03-31 2026-03-31");
    EXPECT_EQ(days("this_week", now), "2026-03-30 2026-04-05");
    EXPECT_EQ(days("last_week", now), "2026-03-23 2026-03-29");
    EXPECT_EQ(days("this_month", now), "2026-04-01 2026-04-30");
    EXPECT_EQ(days("last_month", now), "2026-03-01 2026-03-31");
    EXPECT_EQ(days("this_quarter", now), "2026-04-01 2026-06-30");
    EXPECT_EQ(days("last_quarter", now), "2026-01-01 2026-03-31");
    EXPECT_EQ(days("this_year", now), "2026-01-01 2026-12-31");
    EXPECT_EQ(days("last_year", now), "2025-01-01 2025-12-31");
    EXPECT_EQ(days("last_7_days", now), "2026-03-26 2026-04-01");
    EXPECT_EQ(days("last_month", "2026-01-15T00:00:00Z"), "2025-12-01 2025-12-31");
    const auto instants = domain::reports::for_statements(
        {{"start_date", "2026-04-05"}, {"end_date", "2026-04-05"}, {"time_zone", "Pacific/Auckland"}},
        std::chrono::system_clock::now());
    EXPECT_EQ(json::text_in(instants, "from"), "2026-04-04T11:00:00.000000Z");
    EXPECT_EQ(json::text_in(instants, "to"), "2026-04-05T12:00:00.000000Z") << "a day of 25 hours";
}

TEST_F(ReportTypes, AreListedWithTheirParametersAndWhoMay) {
    const auto list = call(admin, "GET", "/api/v1/reports/types");
    ASSERT_EQ(list.status, 200) << list;
    EXPECT_EQ(list.count(), domain::reports::report_types().size());
    for (const auto& one : list.body.as_array()) {
        EXPECT_TRUE(one.at("is_allowed").as_bool());
        EXPECT_TRUE(one.at("parameters").at("properties").is_object());
    }
    std::map<std::string, std::string> reach;
    const auto others = call(person("member"), "GET", "/api/v1/reports/types");
    for (const auto& one : others.body.as_array())
        reach[std::string(one.at("report_type").as_string())] = json::text(one.at("reach"));
    EXPECT_EQ(reach["job_summary"], "\"own\"");
    EXPECT_EQ(reach["audit"], "null");
}

TEST_F(ReportTypes, AnswerAtOnceWhatTheyWouldPrint) {
    work();
    const auto printed = rows("team_performance", admin);
    const auto told = call(admin, "GET", "/api/v1/reports/team-performance");
    ASSERT_EQ(told.status, 200) << told;
    ASSERT_EQ(told.count(), printed.size());
    const auto& row = told.body.as_array()[0].as_object();
    EXPECT_EQ(row.at("user_name"), printed[0].at("person"));
    EXPECT_EQ(row.at("user_id").as_string(), member.id);
    EXPECT_EQ(row.at("total_tasks"), 1);
    EXPECT_EQ(row.at("todo_tasks"), 1);
    EXPECT_EQ(row.at("completion_rate").to_number<double>(), 0.0);
    const auto load = call(manager, "GET", "/api/v1/reports/workload");
    EXPECT_EQ(load.count(), rows("workload", manager).size());
    EXPECT_EQ(load.body.as_array()[0].at("medium_priority_tasks"), 1);
    EXPECT_EQ(call(admin, "GET", "/api/v1/reports/tickets-by-status").count(), 3U);
    EXPECT_EQ(call(admin, "GET", "/api/v1/reports/tickets-by-priority").body.as_array()[0].at("count"), 0)
        << "jobs are no tickets";
    EXPECT_EQ(call(admin, "GET", "/api/v1/reports/jobs-by-priority").body.as_array()[0].at("count"), 5);
    EXPECT_EQ(call(admin, "GET", "/api/v1/reports/tickets-by-department").status, 200);
    const auto active = call(admin, "GET", "/api/v1/reports/user-activity");
    EXPECT_EQ(active.count(), 2U) << active;
    for (const auto* path : {"tickets-by-status", "tickets-by-priority", "tickets-by-department", "user-activity",
                             "team-performance", "workload"}) {
        EXPECT_EQ(call(member, "GET", std::string("/api/v1/reports/") + path).status, 403) << path;
        EXPECT_EQ(call(admin, "GET", std::string("/api/v1/reports/") + path + "?departmnt_id=x").fields(),
                  std::set<std::string>{"departmnt_id"})
            << path;
        EXPECT_EQ(
            call(admin, "GET", std::string("/api/v1/reports/") + path + "?department_id=" + core::time::uuid7()).status,
            422)
            << path;
    }
    EXPECT_EQ(call(admin, "GET", "/api/v1/reports/tickets-by-status?class=job").status, 400);
}

TEST_F(ReportTypes, SumUpWhatTheCallerSees) {
    work();
    const auto everything = call(admin, "GET", "/api/v1/reports/dashboard"),
               own = call(member, "GET", "/api/v1/reports/dashboard");
    ASSERT_EQ(everything.status, 200) << everything;
    EXPECT_EQ(everything.at("total"), "5");
    EXPECT_EQ(everything.at("overdue"), "1");
    EXPECT_EQ(everything.body.at("by_status").at("open"), 5);
    EXPECT_EQ(own.at("total"), "3");
    EXPECT_EQ(own.at("my_open"), "1");
    EXPECT_EQ(call(admin, "GET", "/api/v1/reports/dashboard?class=ticket").at("total"), "0");
    EXPECT_EQ(call(person("technician"), "GET", "/api/v1/reports/dashboard").at("total"), "0");
}

TEST_F(ReportTypes, AskedTwiceAtOnceAreAnsweredByOneRun) {
    configure_jobs();
    const auto first = ask(admin, "job_summary"), second = ask(admin, "job_summary", R"(,"parameters":{})");
    ASSERT_EQ(first.status, 202) << first;
    EXPECT_EQ(first.at("run_id"), second.at("run_id"));
    EXPECT_NE(first.at("id"), second.at("id"));
    for (const auto& [more, why] : std::vector<std::pair<std::string, std::string>>{
             {R"(,"export_format":"CSV")", "another format"}, {R"(,"parameters":{"class":"job"})", "other rows"}})
        EXPECT_NE(ask(admin, "job_summary", more).at("run_id"), first.at("run_id")) << why;
    const auto other = person("admin");
    EXPECT_EQ(ask(other, "job_summary").at("run_id"), first.at("run_id")) << "who sees the same";
    EXPECT_NE(ask(person("member"), "job_summary").at("run_id"), first.at("run_id")) << "who sees less";
    EXPECT_EQ(call(other, "DELETE", "/api/v1/reports/" + second.at("id")).status, 204);
    EXPECT_EQ(database.one("select state from run where id = '" + first.at("run_id") + "'"), "ready")
        << "it is still awaited";
}

TEST_F(ReportTypes, AreAnsweredAnewWhenSomethingWasChangedSinceTheirRowsWereRead) {
    configure_jobs();
    const auto first = ask(admin, "job_summary");
    const auto begun = "update report set status = 'generating', began_at = ";
    database.one(begun + std::string("now() where id = '") + first.at("id") + "'");
    EXPECT_NE(ask(admin, "job_summary").at("run_id"), first.at("run_id")) << "the configuration was made a moment ago";
    database.one(begun + std::string("now() + interval '2 minutes', file = id || '-1.pdf' where id = '") +
                 first.at("id") + "'");
    database.one("delete from report where id <> '" + first.at("id") + "'");
    const auto joined = ask(admin, "job_summary");
    EXPECT_EQ(joined.at("run_id"), first.at("run_id"));
    EXPECT_EQ(database.one("select file from report where id = '" + joined.at("id") + "'"), joined.at("id") + "-1.pdf");
}

}  // namespace
}  // namespace nightshift::tests::report_types
