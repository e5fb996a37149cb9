// Time worked on jobs: by timer, one a person, or by hand. SEEDS.md C-36.
#include "api/jobs/jobs.h"
#include "api/jobs/parts.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/jobs/sql.h"

namespace nightshift::api::jobs {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Change;
using kit::Column;
using kit::Services;
namespace json = core::json;
namespace sql = domain::jobs::sql;

void check_worker(const Change& change, const std::string& user) {
    if (user != change.caller.user && !change.caller.may("time.manage"))
        throw Error(Code::forbidden, "user_id: you log time for yourself");
}

/// Who manages time confirms what needed a look by setting it right.
void change_time_log(const Change& change) {
    stay_with_job(change);
    if (const auto user = json::text_in(change.body, "user_id");
        !user.empty() && user != json::text_in(*change.before, "user_id"))
        check_worker(change, user);
    if ((change.body.contains("end_time") || change.body.contains("start_time")) && change.caller.may("time.manage"))
        change.body["needs_review"] = false;
}

void write_time_log(const Change& change) {
    if (change.before != nullptr) return change_time_log(change);
    hold_job(change, json::text_in(change.body, "job_id"));
    auto user = json::text_in(change.body, "user_id");
    if (user.empty()) user = change.caller.user;
    if (user.empty()) throw Error(Code::validation, "user_id: is required for a token of no person");
    check_worker(change, user);
    change.body["user_id"] = user;
    if (!change.body.contains("start_time"))
        change.body["start_time"] = core::time::rfc3339(std::chrono::system_clock::now());
    const bool runs = json::text_in(change.body, "end_time").empty();
    change.body["source"] = runs ? "timer" : "manual";
    if (!runs) return;
    if (const auto running = change.tx.run(sql::timer_running, user); !running.empty())
        throw Error(Code::conflict, "a timer runs already, on " + std::string(running.text(0, 1)) + "; stop it first",
                    json::text(json::object{{"time_log_id", running.text(0, 0)}, {"job", running.text(0, 1)}}));
}

constexpr Column kTimeLogColumns[] = {
    {"job_id", Type::uuid, "The job it belongs to.", {.required = true}, kit::kFilter, "job"},
    {"user_id", Type::uuid, "Who worked; the caller when not given.", {}, kit::kFilter, "app_user"},
    {"start_time", Type::timestamp, "From when; now when not given.", {}, kit::kFilter | kit::kSort},
    {"end_time", Type::timestamp, "Until when; a running timer without.", {.nullable = true}, kit::kFilter},
    {"duration_seconds", Type::integer, "How long.", {.server = true}},
    {"is_running", Type::boolean, "A timer that runs.", {.required = true, .server = true}, kit::kFilter},
    {"description", Type::text, "On what.", {.max = 2000, .nullable = true}, kit::kSearch},
    {"is_billable", Type::boolean, "Goes on the bill.", {.fallback = "true"}, kit::kFilter},
    {"needs_review", Type::boolean, "Ran implausibly long, or over other logs.", {.server = true}, kit::kFilter},
    {"source", Type::text, "timer, manual or sync.", {.required = true, .server = true}, kit::kFilter},
};
constexpr kit::Constraint kTimeLogConstraints[] = {
    {"time_log_one_running", Code::conflict, "user_id", "a timer of this person runs already"},
    {"time_log_no_overlap", Code::conflict, "start_time", "this overlaps another log of the same person"},
    {"time_log_ends_after_start", Code::rule, "end_time", "is before start_time"},
};
/// One's own, that of the people one leads, and that on the jobs of what one leads.
constexpr std::string_view kTimeOfTeam =
    "(r.user_id = $2 or exists (select 1 from job j where j.id = r.job_id"
    " and (exists (select 1 from department d where d.id = j.department_id and d.manager_user_id = $2)"
    " or exists (select 1 from team t where t.id = j.team_id and t.lead_user_id = $2)))"
    " or exists (select 1 from team_member m join team t on t.id = m.team_id where m.user_id = r.user_id"
    " and m.deleted_at is null and t.deleted_at is null and t.lead_user_id = $2)"
    " or exists (select 1 from app_user u join department d on d.id = u.department_id where u.id = r.user_id"
    " and d.manager_user_id = $2))";

constexpr Field kTimeOnJob[] = {
    {"user_id", Type::uuid, "Who worked; the caller when not given."},
    {"start_time", Type::timestamp, "From when; now when not given."},
    {"end_time", Type::timestamp, "Until when; a running timer without."},
    {"description", Type::text, "On what.", {.max = 2000}},
    {"is_billable", Type::boolean, "Goes on the bill.", {.fallback = "true"}},
};
constexpr Field kTime[] = {{"job_id", Type::uuid, "The job.", {.required = true}},
                           kTimeOnJob[0],
                           kTimeOnJob[1],
                           kTimeOnJob[2],
                           kTimeOnJob[3],
                           kTimeOnJob[4]};

constexpr Field kSwitch[] = {{"switch", Type::boolean, "Stops the timer that runs for another one."}};

/// `?switch=true` stops the timer that runs for another one.
void switch_timer(Transaction& tx, const Request& request, const Caller& caller, const std::string& user) {
    const auto wanted = request.argument("switch").value_or("false");
    if (wanted != "true" && wanted != "false")
        throw Error(Code::validation, "switch: expected true or false, got \"" + std::string(wanted) + '"');
    if (wanted == "false") return;
    const auto running = tx.run(sql::timer_running, user);
    if (running.empty()) return;
    kit::show(tx, kTimeLogs, caller, std::string(running.text(0, 0)));
    tx.run(sql::timer_stop, caller.organization, running.text(0, 0));
}

Response log_time(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    const auto id = core::time::uuid7();
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    if (json::text_in(body, "end_time").empty())
        switch_timer(tx, request, caller, body.contains("user_id") ? json::text_in(body, "user_id") : caller.user);
    auto response = kit::shown_response(201, kit::create(tx, kTimeLogs, services, caller, id, body));
    tx.commit();
    response.headers.emplace_back("Location", "/api/v1/time-logs/" + id);
    return response;
}

Response log_time_on(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    body["job_id"] = request.parameter("id");
    return log_time(services, request, caller, body);
}

Response of_job(const Services& services, const Request& request, const Caller& caller, json::object&) {
    require_job(services, request, caller);
    return kit::list(services.pool, kTimeLogs, request, caller, "r.job_id = $3::uuid", {request.parameter("id")});
}

Response stop_timer(const Services& services, const Request& request, const Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kTimeLogs, caller, request.parameter("id"));
    tx.run(sql::timer_stop, caller.organization,
           request.parameter("id"));  // one that is stopped already stays as it is
    auto response = kit::shown_response(200, kit::show(tx, kTimeLogs, caller, request.parameter("id")));
    tx.commit();
    return response;
}

/// On a running one nothing; on a stopped one a new timer on the same job.
Response start_timer(const Services& services, const Request& request, const Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    auto shown = kit::show(tx, kTimeLogs, caller, request.parameter("id"));
    const auto log = json::parse_object(shown.text);
    if (!log.at("is_running").as_bool()) {
        switch_timer(tx, request, caller, json::text_in(log, "user_id"));
        json::object again{{"job_id", log.at("job_id")}, {"user_id", log.at("user_id")}};
        shown = kit::create(tx, kTimeLogs, services, caller, core::time::uuid7(), again);
    }
    tx.commit();
    return kit::shown_response(200, shown);
}

}  // namespace

constinit const kit::Resource kTimeLogs{
    .name = "time-logs",
    .one = "time log",
    .doc = "Time worked on jobs.",
    .table = "time_log",
    .view = "api.time_log",
    .columns = kTimeLogColumns,
    .allow = {.see = "time.log", .create = "time.log", .change = "time.log", .remove = "time.log"},
    .scopes = {.team = kTimeOfTeam, .own = "r.user_id = $2"},
    .constraints = kTimeLogConstraints,
    .order = "-start_time",
    .before_write = write_time_log,
    .example =
        R"({"job_id": "@jobs", "user_id": "@users", "start_time": "2026-03-02T20:00:00Z", "end_time": "2026-03-02T21:30:00Z",
"duration_seconds": 5400, "is_running": false, "description": "Found the leak", "source": "manual", "needs_review": false})"};

std::vector<kit::Route> time_routes(const Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    constexpr kit::Answer kShown{.rows = &kTimeLogs}, kMade{.status = 201, .rows = &kTimeLogs};
    std::vector<kit::Route> routes{
        {"GET",
         "/api/v1/jobs/{id}/time-logs",
         "time.log",
         "Time worked on a job.",
         {},
         bind(of_job),
         {.rows = &kTimeLogs, .is_list = true},
         kit::kPages | kit::kListing},
        {"POST",
         "/api/v1/jobs/{id}/time-logs",
         "time.log",
         "Logs time on a job, or starts a timer.",
         kTimeOnJob,
         bind(log_time_on),
         kMade,
         kit::kNothing,
         kSwitch,
         {},
         R"({"start_time": "2026-03-03T20:00:00Z", "end_time": "2026-03-03T21:30:00Z", "description": "Sealed it"})"},
        {"POST", "/api/v1/time-logs", "time.log", "Logs time, or starts a timer.", kTime, bind(log_time), kMade,
         kit::kNothing, kSwitch},
        {"POST", "/api/v1/time-logs/{id}/stop", "time.log", "Stops a timer.", {}, bind(stop_timer), kShown},
        {"POST",
         "/api/v1/time-logs/{id}/start",
         "time.log",
         "Starts a timer again.",
         {},
         bind(start_timer),
         kShown,
         kit::kNothing,
         kSwitch},
    };
    for (auto& route : kit::routes_of(kTimeLogs, services))
        if (route.method != "POST") routes.push_back(std::move(route));
    return routes;
}

}  // namespace nightshift::api::jobs
