#include "api/runs/runs.h"

#include <condition_variable>
#include <mutex>

#include "api/kit/headers.h"
#include "api/kit/router.h"
#include "api/runs/matching.h"
#include "api/runs/ownership.h"
#include "api/runs/shapes.h"
#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/time/time.h"
#include "queue/actions.h"
#include "queue/sql.h"
#include "queue/submit.h"

namespace nightshift::api::runs {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using kit::Caller;
using kit::Services;
namespace json = core::json;

constexpr core::schema::Field kSubmit[] = {
    {"kind", Type::text, "Which kind of run.", {.max = 120, .required = true}},
    {"args", Type::object, "Its arguments, checked against the kind.", {.fallback = "{}"}},
    {"queue", Type::text, "Another queue than the kind's own.", {.max = 60}},
    {"priority", Type::integer, "Band 0 (first) to 4 (last).", {.min = 0, .max = 4}},
    {"not_before", Type::timestamp, "Not to start before this moment."},
    {"unique_key", Type::text, "At most one live run has this key.", {.max = 200}},
    {"on_conflict",
     Type::choice,
     "When a live run holds the key.",
     {.fallback = "\"keep\"", .choices = "keep|replace|reject"}},
    {"concurrency_key",
     Type::text,
     "At most as many as the queue's key_concurrency run at once with this key.",
     {.max = 200}},
    {"max_attempts", Type::integer, "How often it may be tried.", {.min = 1, .max = 100}},
    {"timeout", Type::duration, "Time limit of an attempt.", {.min = 0.001, .max = 86400}},
    {"after", Type::texts, "Runs that must succeed first.", {.max = 100}},
};
constexpr core::schema::Field kBulk[] = {
    {"runs", Type::array, "Up to 1,000 submissions.", {.min = 1, .max = 1000, .required = true, .fields = kSubmit}}};
constexpr core::schema::Field kReason[] = {{"reason", Type::text, "Why; kept with the event.", {.max = 500}}};

queue::Submission submission_of(const Services& services, const json::object& body, const Caller& caller) {
    require_open(services, caller, body);
    queue::Submission run;
    const auto text = [&](const char* name) {
        return body.contains(name) ? std::string(body.at(name).as_string()) : std::string{};
    };
    run.kind = text("kind");
    run.args = body.at("args").as_object();
    run.organization = caller.organization;
    run.owner = caller.user;
    if (body.contains("queue")) run.queue = text("queue");
    if (body.contains("priority")) run.priority = body.at("priority").to_number<int>();
    if (body.contains("not_before")) run.not_before = core::time::parse_rfc3339(text("not_before"));
    run.unique_key = text("unique_key");
    const auto conflict = text("on_conflict");
    run.on_conflict = conflict == "replace"  ? queue::OnConflict::replace
                      : conflict == "reject" ? queue::OnConflict::reject
                                             : queue::OnConflict::keep;
    run.concurrency_key = text("concurrency_key");
    if (body.contains("max_attempts")) run.max_attempts = body.at("max_attempts").to_number<int>();
    if (body.contains("timeout")) {
        const auto& span = body.at("timeout");
        const double seconds = span.is_string() ? core::schema::duration_seconds(std::string_view(span.as_string()))
                                                : span.to_number<double>();
        run.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    }
    if (body.contains("after"))
        for (const auto& id : body.at("after").as_array()) {
            if (!core::time::is_uuid(std::string_view(id.as_string())))
                throw Error(Code::validation, "after: expected the ids of runs");
            run.after.emplace_back(id.as_string());
        }
    return run;
}

std::string shown(Transaction& tx, const std::string& id, const std::string& organization) {
    const auto rows = tx.run(queue::sql::run_show, id, organization);
    if (rows.empty()) throw Error(Code::not_found, "no such run: " + id);
    return std::string(rows.text(0, 0));
}

/// Of a run that the caller has just made, or was allowed to act on.
std::string show(const Services& services, const std::string& id, const Caller& caller) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, {.read_only = true});
    return shown(tx, id, caller.organization);
}

Response look(const Services& services, const Request& request, const Caller& caller, const json::object&) {
    const auto& id = request.parameter("id");
    auto lease = services.pool.acquire();
    Transaction tx(lease, {.read_only = true});
    require_in_reach(tx, caller, "runs.see", id);
    return core::http::text_response(200, shown(tx, id, caller.organization));
}

/// Prefer: wait=<seconds> (RFC 7240), at most 30.
int seconds_to_wait(const Request& request) {
    const auto wait = kit::preference(request, "wait");
    return wait ? std::clamp(std::atoi(wait->c_str()), 0, 30) : 0;
}

void wait_until_ended(const Services& services, const std::string& id, int seconds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    for (auto pause = std::chrono::milliseconds(5); std::chrono::steady_clock::now() < until;
         pause = std::min(pause * 2, std::chrono::milliseconds(250))) {
        if (core::pg::once(services.pool, queue::sql::run_is_live, id).empty()) return;
        never.wait_for(lock, pause);
    }
}

Response submit(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    auto run = submission_of(services, body, caller);
    run.trace_parent = request.header("traceparent").substr(0, 55);
    core::fail_point("submit.before_commit");
    const auto submitted = queue::submit_alone(services.pool, run);
    core::fail_point("submit.after_commit");
    services.engine.wake({submitted.queue});
    if (const int seconds = seconds_to_wait(request); seconds > 0) wait_until_ended(services, submitted.id, seconds);
    auto response = core::http::text_response(202, show(services, submitted.id, caller));
    response.headers.emplace_back("Location", "/api/v1/runs/" + submitted.id);
    return response;
}

Response submit_many(const Services& services, const Caller& caller, const json::object& body) {
    std::vector<queue::Submission> runs;
    for (const auto& one : body.at("runs").as_array()) runs.push_back(submission_of(services, one.as_object(), caller));
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    json::array ids;
    std::vector<std::string> queues;
    for (const auto& submitted : queue::submit(tx, runs)) {
        ids.emplace_back(json::object{{"id", submitted.id}, {"created", submitted.created}});
        queues.push_back(submitted.queue);
    }
    tx.commit();
    services.engine.wake(queues);
    return core::http::json_response(202, {{"runs", std::move(ids)}});
}

Response cancel(const Services& services, const Request& request, const Caller& caller, const json::object& body) {
    const auto& id = request.parameter("id");
    const std::string reason(body.contains("reason") ? body.at("reason").as_string() : "");
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    require_in_reach(tx, caller, "runs.change", id);
    const bool running = queue::cancel(tx, id, caller.organization, caller.actor, reason);
    tx.commit();
    if (running) services.engine.cancel_hint(id);
    return core::http::text_response(running ? 202 : 200, show(services, id, caller));
}

Response retry(const Services& services, const Request& request, const Caller& caller, const json::object&) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    require_in_reach(tx, caller, "runs.change", request.parameter("id"));
    const auto made = queue::retry(tx, request.parameter("id"), caller.organization, caller.actor);
    tx.commit();
    services.engine.wake({made.queue});
    auto response = core::http::text_response(202, show(services, made.id, caller));
    response.headers.emplace_back("Location", "/api/v1/runs/" + made.id);
    return response;
}

Response explain(const Services& services, const Request& request, const Caller& caller) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, {.read_only = true});
    require_in_reach(tx, caller, "runs.see", request.parameter("id"));
    const auto rows = tx.run(queue::sql::run_explain, request.parameter("id"), caller.organization);
    if (rows.empty()) throw Error(Code::not_found, "no such run");
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    return {
        {"POST",
         "/api/v1/runs",
         "runs.submit",
         "Submits a run: of any kind for all who may submit for all, of the kinds in `runs.open_kinds` for everybody "
         "else.",
         kSubmit,
         bind(submit),
         {.status = 202, .shape = kRun},
         kit::kWait,
         {},
         "submitRun",
         R"({"kind": "diagnostic.echo", "args": {"say": "hello"}})"},
        {"POST",
         "/api/v1/runs/bulk",
         "runs.submit",
         "Submits many runs in one transaction.",
         kBulk,
         bind([](const auto& s, const auto&, const auto& c, auto& b) { return submit_many(s, c, b); }),
         {.status = 202, .shape = kSubmittedMany},
         kit::kNothing,
         {},
         "submitRuns",
         R"({"runs": [{"kind": "diagnostic.echo", "args": {"say": "hello"}}, {"kind": "diagnostic.echo", "priority": 4}]})"},
        {"GET",
         "/api/v1/runs",
         "runs.see",
         "Runs, newest first: all of them, or those that one asked for oneself, or whom one leads.",
         {},
         bind([](const auto& s, const auto& r, const auto& c, auto&) { return list(s, r, c); }),
         {.shape = kRunLine, .is_list = true},
         kit::kPages,
         kConditions},
        {"POST",
         "/api/v1/runs/actions",
         "runs.change",
         "Cancels or retries all runs that match, at most a thousand at once; what is left over is told.",
         kAction,
         bind([](const auto& s, const auto& r, const auto& c, auto& b) { return act(s, r, c, b); }),
         {.shape = kActedOn},
         kit::kNothing,
         {},
         "actOnRuns",
         R"({"action": "cancel", "filter": {"queue": "reports", "state": "scheduled"}, "dry_run": true})"},
        {"GET",
         "/api/v1/runs/{id}",
         "runs.see",
         "One run with its attempts, events and progress.",
         {},
         bind(look),
         {.shape = kRun}},
        {"POST",
         "/api/v1/runs/{id}/cancel",
         "runs.change",
         "Cancels a run; a running one is asked to stop.",
         kReason,
         bind(cancel),
         {.shape = kRun, .also = 202},
         kit::kNothing,
         {},
         {},
         R"({"reason": "no longer needed"})"},
        {"POST",
         "/api/v1/runs/{id}/retry",
         "runs.change",
         "Submits an ended run again, as a new one linked to it.",
         {},
         bind(retry),
         {.status = 202, .shape = kRun}},
        {"GET",
         "/api/v1/runs/{id}/explain",
         "runs.see",
         "Why it is not running, and what it waits for.",
         {},
         bind([](const auto& s, const auto& r, const auto& c, auto&) { return explain(s, r, c); }),
         {.shape = kReasons},
         kit::kNothing,
         {},
         "explainRun"},
    };
}

}  // namespace nightshift::api::runs
