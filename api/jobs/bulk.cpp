#include "api/jobs/bulk.h"

#include <algorithm>

#include "api/jobs/jobs.h"
#include "api/jobs/shapes.h"
#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/audit/sql.h"
#include "domain/jobs/sql.h"
#include "queue/submit.h"

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
using kit::Services;
namespace json = core::json;
namespace sql = domain::jobs::sql;

constexpr std::size_t kAtOnce = 100, kMost = 20000;

constexpr Field kBulk[] = {
    {"action",
     Type::choice,
     "What to do with each job.",
     {.required = true, .choices = "assign|status|complete|priority|tag|untag|update|delete"}},
    {"ids", Type::texts, "The jobs; or give a filter.", {.min = 1, .max = 20000}},
    {"filter", Type::object, "Instead of ids: the filters of GET /jobs, as {\"status\": \"open\"}."},
    {"assigned_to_user_id", Type::uuid, "assign: who works on them; null: nobody.", {.nullable = true}},
    {"job_status_id", Type::uuid, "status: where to move them."},
    {"job_priority_id", Type::uuid, "priority: the new one."},
    {"tag_id", Type::uuid, "tag, untag: which."},
    {"changes", Type::object, "update: fields of a job, as in PATCH /jobs/{id}."},
    {"dry_run",
     Type::boolean,
     "Only tell what would change, and what would be refused and why.",
     {.fallback = "false"}},
    {"atomic", Type::boolean, "All or none; for 100 jobs at most.", {.fallback = "false"}},
    {"reason", Type::text, "Why, for the history of each job.", {.max = 1000}},
};

constexpr Field kOutcome[] = {{"outcome", Type::text, "Only these results: changed, unchanged or refused."}};

[[noreturn]] void misfit(const std::string& field, const std::string& message) {
    throw core::schema::wrong(Code::validation, field, message);
}

/// The field an action needs, "" for none.
std::string_view needed_by(std::string_view action) {
    constexpr std::pair<std::string_view, std::string_view> kNeeds[] = {{"assign", "assigned_to_user_id"},
                                                                        {"status", "job_status_id"},
                                                                        {"priority", "job_priority_id"},
                                                                        {"tag", "tag_id"},
                                                                        {"untag", "tag_id"},
                                                                        {"update", "changes"}};
    for (const auto& [one, field] : kNeeds)
        if (one == action) return field;
    return {};
}

BulkOrder checked_order(const json::object& body) {
    const auto action = json::text_in(body, "action");
    const auto needed = needed_by(action);
    for (const auto* field : {"assigned_to_user_id", "job_status_id", "job_priority_id", "tag_id", "changes"})
        if (body.contains(field) != (field == needed))
            misfit(field, field == needed ? "is required to " + action : "is not for " + action);
    BulkOrder order{{{"action", action}}, body.at("dry_run").as_bool()};
    if (!needed.empty()) order.request[needed] = body.at(needed);
    if (body.contains("reason")) order.request["reason"] = body.at("reason");
    if (needed != "changes") return order;
    auto& changes = order.request["changes"].as_object();
    if (changes.empty()) misfit("changes", "expected at least one field");
    core::schema::require(kit::change_fields(kJobs), changes, "changes", true);
    return order;
}

/// As the query of a list would hold it.
std::vector<std::pair<std::string, std::string>> query_of(const json::object& filter) {
    if (filter.empty()) misfit("filter", "expected at least one filter: without one it would be every job");
    std::vector<std::pair<std::string, std::string>> query;
    for (const auto& [name, value] : filter) {
        if (value.is_object() || value.is_array())
            misfit("filter", std::string(name) + ": expected a text, a number or a truth");
        query.emplace_back(name, value.is_string() ? std::string(value.as_string()) : json::text(value));
    }
    return query;
}

std::vector<std::string> jobs_meant(Transaction& tx, const Caller& caller, const json::object& body) {
    if (body.contains("ids") == body.contains("filter")) misfit("ids", "expected either ids or a filter");
    std::vector<std::string> ids;
    if (body.contains("filter")) {
        ids = kit::ids_of(tx, kJobs, query_of(body.at("filter").as_object()), caller, kMost + 1);
        if (ids.size() > kMost)
            throw Error(Code::rule, "filter: it finds more than " + std::to_string(kMost) + " jobs; narrow it");
    } else {
        for (const auto& one : body.at("ids").as_array()) {
            ids.emplace_back(one.as_string());
            if (!core::time::is_uuid(ids.back())) misfit("ids", "expected ids of jobs, got \"" + ids.back() + '"');
        }
    }
    std::ranges::sort(ids);  // two bulk changes that meet take their locks in the same order
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

Response at_once(Transaction& tx, const Services& services, const Caller& caller, const BulkOrder& order,
                 const std::vector<std::string>& ids, bool atomic) {
    tx.run(domain::audit::sql::act_as, caller.actor, caller.organization, json::text_in(order.request, "reason"));
    json::array results;
    std::int64_t changed = 0, unchanged = 0, refused = 0;
    for (const auto& id : ids) {
        auto told = bulk_one(tx, services, caller, order, id);
        const auto outcome = json::text_in(told, "outcome");
        ++(outcome == "changed" ? changed : outcome == "refused" ? refused : unchanged);
        results.push_back(std::move(told));
    }
    const auto* reason = order.request.if_contains("reason");
    json::object answer{{"id", nullptr},
                        {"action", order.action()},
                        {"dry_run", order.is_dry_run},
                        {"run_id", nullptr},
                        {"state", "succeeded"},
                        {"reason", reason == nullptr ? json::value(nullptr) : *reason},
                        {"matched", ids.size()},
                        {"changed", changed},
                        {"unchanged", unchanged},
                        {"refused", refused},
                        {"waiting", 0},
                        {"created_at", core::time::rfc3339(std::chrono::system_clock::now())},
                        {"results", std::move(results)}};
    if (atomic && refused > 0 && !order.is_dry_run)
        throw Error(Code::conflict, std::to_string(refused) + " job(s) refuse it, so none was changed",
                    json::text(answer));
    tx.commit();
    return core::http::json_response(200, answer);
}

Response in_a_run(Transaction& tx, const Services& services, const Caller& caller, const BulkOrder& order,
                  const std::vector<std::string>& ids) {
    const auto id = core::time::uuid7();
    const auto run = queue::submit(
        tx, {.kind = "job.bulk", .args = {{"bulk_id", id}}, .organization = caller.organization, .owner = caller.user});
    json::array permissions;
    for (const auto& one : caller.permissions) permissions.emplace_back(one);
    const json::object kept{{"actor", caller.actor},
                            {"organization", caller.organization},
                            {"user", caller.user},
                            {"permissions", std::move(permissions)}};
    tx.run(sql::bulk_insert, id, caller.organization, order.action(), json::text(order.request), json::text(kept),
           order.is_dry_run, run.id, ids);
    auto response = core::http::text_response(
        202, std::string(tx.run(sql::bulk_show, id, caller.organization, "", 0, 0).text(0, 0)));
    tx.commit();
    services.engine.wake({run.queue});
    response.headers.emplace_back("Location", "/api/v1/jobs/bulk/" + id);
    return response;
}

Response bulk(const Services& services, const Request&, const Caller& caller, json::object& body) {
    const auto order = checked_order(body);
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    const auto ids = jobs_meant(tx, caller, body);
    const bool atomic = body.at("atomic").as_bool();
    if (ids.size() <= kAtOnce) return at_once(tx, services, caller, order, ids, atomic);
    if (atomic)
        throw Error(Code::rule, "atomic: " + std::to_string(ids.size()) + " jobs are too many to change all or none; " +
                                    std::to_string(kAtOnce) + " at most");
    return in_a_run(tx, services, caller, order, ids);
}

Response show_bulk(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto page = kit::page_of(request);
    const auto outcome = kit::argument_of(request, "outcome");
    if (!outcome.empty() && outcome != "changed" && outcome != "unchanged" && outcome != "refused")
        throw Error(Code::validation, "outcome: expected changed, unchanged or refused, got \"" + outcome + '"');
    const auto& id = request.parameter("id");
    const auto rows =
        core::pg::once(services.pool, sql::bulk_show, id, caller.organization, outcome, page.limit, page.skip);
    if (rows.empty()) throw Error(Code::not_found, "no such bulk change: " + id);
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

}  // namespace

std::vector<kit::Route> bulk_routes(const Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    return {
        {"POST",
         "/api/v1/jobs/bulk",
         "job.bulk",
         "Changes many jobs, each by its own rules: at once up to 100, more as a run.",
         kBulk,
         bind(bulk),
         {.shape = kBulkChange, .also = 202},
         kit::kNothing,
         {},
         "changeManyJobs",
         R"({"action": "priority", "ids": ["@jobs"], "job_priority_id": "@job-priorities", "dry_run": true})"},
        {"GET",
         "/api/v1/jobs/bulk/{id}",
         "job.bulk",
         "How far a bulk change is, and what came of its jobs.",
         {},
         bind(show_bulk),
         {.shape = kBulkChange},
         kit::kPages,
         kOutcome,
         "getBulkChange"},
    };
}

}  // namespace nightshift::api::jobs
