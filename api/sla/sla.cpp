#include "api/sla/sla.h"

#include <set>

#include "api/kit/resource.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/calendars/calendars.h"
#include "domain/sla/clocks.h"
#include "domain/webhooks/sql.h"

namespace nightshift::api::sla {
namespace {

using core::Code;
using core::http::Request;
using core::http::Response;
using core::schema::Field;
using core::schema::Type;
using core::schema::wrong;
using core::time::Instant;
using kit::Column;
namespace json = core::json;

/// After the change, as it will stand.
json::value merged(const kit::Change& change, std::string_view name) {
    if (const auto* given = change.body.if_contains(name)) return *given;
    const auto* before = change.before == nullptr ? nullptr : change.before->if_contains(name);
    return before == nullptr ? json::value(nullptr) : *before;
}

/// Those that steps call are there.
void check_webhooks(const kit::Change& change) {
    const auto* steps = change.body.if_contains("escalation");
    std::set<std::string> called;
    if (steps != nullptr && steps->is_array())
        for (const auto& step : steps->as_array())
            if (auto one = json::text_in(step.as_object(), "webhook"); !one.empty()) called.insert(std::move(one));
    if (called.empty()) return;
    const auto there = change.tx.run(domain::webhooks::sql::is_there, change.caller.organization,
                                     std::vector<std::string>(called.begin(), called.end()));
    if (there.size() < called.size()) throw wrong(Code::rule, "escalation", "webhook: there is no such webhook");
}

/// A promise says something, in hours that exist.
void check_policy(const kit::Change& change) {
    if (merged(change, "first_response_minutes").is_null() && merged(change, "resolution_minutes").is_null())
        throw wrong(Code::rule, "resolution_minutes", "expected this, first_response_minutes, or both");
    const auto* active = change.body.if_contains("is_active");
    if (active != nullptr && active->as_bool() &&
        (change.before == nullptr || !change.before->at("is_active").as_bool()))
        change.body["active_since"] = core::time::rfc3339(std::chrono::system_clock::now());
    check_webhooks(change);
    const auto calendar = json::text_in(change.body, "calendar_id");
    if (calendar.empty()) return;
    try {
        domain::calendars::find(change.tx, change.caller.organization, calendar)
            .next_opening(std::chrono::system_clock::now());
    } catch (const domain::calendars::NoOpenHours&) {
        throw wrong(Code::rule, "calendar_id", "this calendar is never open, so nothing would ever be due");
    } catch (const core::Error& problem) {
        if (problem.code() != Code::not_found) throw;  // the reference check says so
    }
}

constexpr Column kPolicyColumns[] = {
    {"name",
     Type::text,
     "Unique in the organization.",
     {.min = 1, .max = 120, .required = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"description", Type::text, "Whom it was promised to, and why.", {.max = 2000, .nullable = true}},
    {"position",
     Type::integer,
     "Where it stands: the first active policy that is about a job counts.",
     {.min = 0, .max = 100000, .fallback = "100"},
     kit::kSort},
    {"is_active", Type::boolean, "Clocks run by it. Simulate it first.", {.fallback = "false"}, kit::kFilter},
    {"job_type_id", Type::uuid, "Jobs of this type only.", {.nullable = true}, kit::kFilter, "job_type"},
    {"job_priority_id", Type::uuid, "Jobs of this priority only.", {.nullable = true}, kit::kFilter, "job_priority"},
    {"department_id", Type::uuid, "Jobs of this department only.", {.nullable = true}, kit::kFilter, "department"},
    {"calendar_id",
     Type::uuid,
     "Time counts in these hours only; null: around the clock.",
     {.nullable = true},
     kit::kFilter,
     "calendar"},
    {"first_response_minutes",
     Type::integer,
     "Until somebody else than who asked comments in public.",
     {.min = 1, .max = 5256000, .nullable = true}},
    {"resolution_minutes", Type::integer, "Until the job is done.", {.min = 1, .max = 5256000, .nullable = true}},
    {"warn_at",
     Type::array,
     "When to say something, in per cent of the time; at 100 in any case.",
     {.max = 20, .fallback = "[50, 80, 100]", .check = domain::sla::check_thresholds}},
    {"repeat_every",
     Type::integer,
     "And again after each of these per cents more; null: no more.",
     {.min = 1, .max = 1000, .nullable = true}},
    {"pause_status_ids",
     Type::texts,
     "Statuses in which it stands still; null: those with pauses_sla.",
     {.max = 100, .nullable = true}},
    {"on_reopen",
     Type::choice,
     "What a job that is opened again means for its resolution.",
     {.fallback = R"("continue")", .choices = "continue|restart"}},
    {"escalation",
     Type::array,
     "Steps: at (per cent), notify (assignee, team_lead, manager), raise_priority, reassign_to, webhook (the id of one "
     "that is told sla_escalated). A step holds until the next one's.",
     {.max = 20, .fallback = "[]", .check = domain::sla::check_escalation}},
};
constexpr kit::Resource kPolicies{
    .name = "sla-policies",
    .one = "SLA policy",
    .doc = "What is promised about jobs: how soon somebody answers, how soon they are done.",
    .table = "sla_policy",
    .view = "api.sla_policy",
    .columns = kPolicyColumns,
    .allow = {.see = "organization.view", .create = "sla.manage", .change = "sla.manage", .remove = "sla.manage"},
    .scopes = {.own = "true"},
    .order = "position",
    .before_write = check_policy,
    .example =
        R"({"name": "Pumps before dawn", "position": 10, "is_active": false, "job_type_id": "@job-types", "calendar_id": "@calendars",
"first_response_minutes": 30, "resolution_minutes": 240, "warn_at": [50, 80, 100], "repeat_every": 50, "on_reopen": "continue",
"escalation": [{"at": 80, "notify": ["assignee"]}, {"at": 100, "notify": ["assignee", "team_lead", "manager"], "raise_priority": true}]})"};

constexpr Field kSimulate[] = {
    {"from", Type::timestamp, "Jobs made since then; 90 days before `to` when not given."},
    {"to", Type::timestamp, "Jobs made until then, as they stood then; now when not given."},
    {"limit", Type::integer, "How many jobs at most.", {.min = 1, .max = 50000, .fallback = "10000"}},
};
constexpr Field kTallyFields[] = {
    {"met", Type::integer, "How many would have been in time.", {.required = true}},
    {"breached", Type::integer, "How many would have been late.", {.required = true}},
    {"running", Type::integer, "How many would still run.", {.required = true}},
    {"paused", Type::integer, "How many would stand still.", {.required = true}},
    {"cancelled", Type::integer, "How many were called off.", {.required = true}},
    {"met_percent", Type::number, "Met, of those that are decided.", {.nullable = true}},
    {"average_seconds", Type::number, "The business time that those needed that came to an end.", {.nullable = true}},
};
constexpr Field kLateFields[] = {
    {"job_id", Type::uuid, "The job.", {.required = true}},
    {"key", Type::text, "Its key.", {.required = true}},
    {"metric", Type::text, "Which promise.", {.required = true}},
    {"due_at", Type::timestamp, "When its time was used up.", {.required = true}},
};
constexpr Field kSimulatedFields[] = {
    {"from", Type::timestamp, "Jobs made since then.", {.required = true}},
    {"to", Type::timestamp, "Jobs made until then.", {.required = true}},
    {"jobs", Type::integer, "How many were looked at.", {.required = true}},
    {"is_whole", Type::boolean, "False: there are more than `limit`.", {.required = true}},
    {"first_response", Type::object, "Null: not promised.", {.nullable = true, .fields = kTallyFields}},
    {"resolution", Type::object, "Null: not promised.", {.nullable = true, .fields = kTallyFields}},
    {"late", Type::array, "Some of those that would have been late.", {.required = true, .fields = kLateFields}},
};
constexpr std::string_view kSimulatedExample =
    R"({"from": "2026-01-01T00:00:00.000000Z", "to": "2026-03-01T00:00:00.000000Z", "jobs": 120, "is_whole": true, "first_response": null,
"resolution": {"met": 100, "breached": 4, "running": 15, "paused": 1, "cancelled": 0, "met_percent": 96.2, "average_seconds": 7321.5},
"late": [{"job_id": "@jobs", "key": "JOB-12", "metric": "resolution", "due_at": "2026-02-03T13:00:00.000000Z"}]})";

Instant moment_in(const json::object& body, std::string_view name, Instant otherwise) {
    return core::time::parse_rfc3339(json::text_in(body, name)).value_or(otherwise);
}

Response simulate(const kit::Services& services, const Request& request, const kit::Caller& caller,
                  json::object& body) {
    const auto to = moment_in(body, "to", std::chrono::system_clock::now());
    const auto from = moment_in(body, "from", to - std::chrono::hours(90L * 24));
    if (from >= to) throw wrong(Code::rule, "from", "is not before to");
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kPolicies, caller, request.parameter("id"));
    auto answer = domain::sla::simulate(tx, caller.organization, request.parameter("id"), from, to,
                                        static_cast<std::size_t>(body.at("limit").as_int64()));
    answer["from"] = core::time::rfc3339(from);
    answer["to"] = core::time::rfc3339(to);
    return core::http::json_response(200, answer);
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    auto routes = kit::routes_of(kPolicies, services);
    routes.push_back({.method = "POST",
                      .path = "/api/v1/sla-policies/{id}/simulate",
                      .permission = "sla.manage",
                      .doc = "What a policy would have meant for jobs of the past; changes nothing.",
                      .body = kSimulate,
                      .handle = kit::bound(services, simulate),
                      .answer = {.shape = {"SlaSimulation", kSimulatedFields, kSimulatedExample}},
                      .name = "simulateSlaPolicy",
                      .example = R"({"limit": 1000})"});
    return routes;
}

}  // namespace nightshift::api::sla
