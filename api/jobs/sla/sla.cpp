#include "api/jobs/sla/sla.h"

#include "api/jobs/jobs.h"
#include "domain/sla/clocks.h"

namespace nightshift::api::jobs::sla {
namespace {

using core::schema::Field;
using core::schema::Type;

constexpr Field kPauseFields[] = {
    {"from", Type::timestamp, "Since when it stood still.", {.required = true}},
    {"to", Type::timestamp, "Until when; null: it still does.", {.nullable = true}},
};
constexpr Field kAheadFields[] = {
    {"percent", Type::integer, "Of the time that is allowed.", {.required = true}},
    {"at", Type::timestamp, "When it is reached; null: never, as it stands.", {.nullable = true}},
};
constexpr Field kForecastFields[] = {
    {"due_at", Type::timestamp, "When the time is used up, if it goes on from now.", {.nullable = true}},
    {"thresholds", Type::array, "The thresholds ahead.", {.fields = kAheadFields}},
    {"planned_end", Type::timestamp, "When the job is planned to end, or else due.", {.nullable = true}},
    {"will_be_met", Type::boolean, "Whether that is in time; null: nothing is planned.", {.nullable = true}},
};
constexpr Field kClockFields[] = {
    {"metric", Type::choice, "What is promised.", {.required = true, .choices = "first_response|resolution"}},
    {"cycle", Type::integer, "Counts how often it started anew.", {.required = true}},
    {"state",
     Type::choice,
     "breached: late, whether or not it has stopped since.",
     {.required = true, .choices = "running|paused|met|breached|cancelled"}},
    {"is_paused", Type::boolean, "It stands still.", {.required = true}},
    {"started_at", Type::timestamp, "When it started.", {.required = true}},
    {"due_at", Type::timestamp, "When its time is used up; null while it stands still.", {.nullable = true}},
    {"stopped_at", Type::timestamp, "When it stopped.", {.nullable = true}},
    {"breached_at", Type::timestamp, "Since when it is late.", {.nullable = true}},
    {"budget_seconds", Type::number, "The time that is allowed, in business time.", {.required = true}},
    {"used_seconds", Type::number, "The time that is used.", {.required = true}},
    {"remaining_seconds", Type::number, "What is left; below zero when it is late.", {.required = true}},
    {"used_percent", Type::number, "The time that is used, in per cent.", {.required = true}},
    {"pauses", Type::array, "When it stood still.", {.fields = kPauseFields}},
    {"fired", Type::array, "The thresholds that were passed and told, in per cent."},
    {"forecast", Type::object, "What comes; null when it has stopped.", {.nullable = true, .fields = kForecastFields}},
};
constexpr Field kPolicyFields[] = {
    {"id", Type::uuid, "The policy.", {.required = true}},
    {"name", Type::text, "What it is called.", {.required = true}},
};
constexpr Field kShownFields[] = {
    {"policy",
     Type::object,
     "The policy that is about this job; null: nothing is promised.",
     {.nullable = true, .fields = kPolicyFields}},
    {"clocks", Type::array, "A clock for each promise.", {.required = true, .fields = kClockFields}},
};
constexpr kit::Shape kShown{"JobSla", kShownFields,
                            R"({"policy": {"id": "@sla-policies", "name": "Pumps before dawn"}, "clocks": [
{"metric": "resolution", "cycle": 1, "state": "running", "is_paused": false, "started_at": "2026-03-02T09:00:00.000000Z",
"due_at": "2026-03-02T13:00:00.000000Z", "stopped_at": null, "breached_at": null, "budget_seconds": 14400, "used_seconds": 1800,
"remaining_seconds": 12600, "used_percent": 12.5, "pauses": [], "fired": [], "forecast": {"due_at": "2026-03-02T13:00:00.000000Z",
"thresholds": [{"percent": 50, "at": "2026-03-02T11:00:00.000000Z"}], "planned_end": null, "will_be_met": null}}]})"};

core::http::Response show(const kit::Services& services, const core::http::Request& request, const kit::Caller& caller,
                          core::json::object&) {
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kJobs, caller, request.parameter("id"));
    return core::http::json_response(
        200, domain::sla::shown(tx, caller.organization, request.parameter("id"), std::chrono::system_clock::now()));
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    return {{.method = "GET",
             .path = "/api/v1/jobs/{id}/sla",
             .permission = "job.view",
             .doc = "The clocks of a job: used, left, paused, and what comes.",
             .handle = kit::bound(services, show),
             .answer = {.shape = kShown}}};
}

}  // namespace nightshift::api::jobs::sla
