// One job of a bulk change, and the steps a run makes of many.
#include "api/jobs/bulk.h"
#include "api/jobs/jobs.h"
#include "api/jobs/moves.h"
#include "core/error/error.h"
#include "domain/audit/sql.h"
#include "domain/jobs/sql.h"

namespace nightshift::api::jobs {
namespace {

using core::Code;
using core::Error;
using core::pg::Transaction;
using kit::Caller;
using kit::Services;
namespace json = core::json;
namespace sql = domain::jobs::sql;

/// {"field": [before, after]} of what is shown differently.
json::object difference(const json::object& before, const json::object& after) {
    json::object changes;
    for (const auto& [name, value] : after) {
        const auto* was = before.if_contains(name);
        if (name != "version" && name != "updated_at" && (was == nullptr || *was != value))
            changes[name] = json::array{was == nullptr ? json::value(nullptr) : *was, value};
    }
    return changes;
}

json::object change_tag(Transaction& tx, const Caller& caller, const BulkOrder& order, const std::string& id) {
    kit::show(tx, kJobs, caller, id, "job.update");
    const auto tags = [&] { return json::parse(tx.run(sql::job_tags, id).text(0, 0)); };
    const auto before = tags();
    const auto tag = json::text_in(order.request, "tag_id");
    const bool sets = order.action() == "tag";
    const auto done = tx.run(sets ? sql::tag_set : sql::tag_unset, caller.organization, id, tag);
    if (sets && done.empty())
        throw Error(Code::rule, "tag_id: there is none with this id",
                    R"({"fields":{"tag_id":"there is none with this id"}})");
    return difference({{"tags", before}}, {{"tags", tags()}});
}

json::object changed_row(Transaction& tx, const Services& services, const Caller& caller, const BulkOrder& order,
                         const std::string& id, const json::object& before) {
    const auto change = [&](const kit::Resource& as, json::object body) {
        return difference(before, json::parse_object(change_job(tx, as, services, caller, id, std::move(body)).text));
    };
    const auto field = [&](std::string_view name) { return json::object{{name, order.request.at(name)}}; };
    const auto action = order.action();
    if (action == "assign") return change(kAssigning, field("assigned_to_user_id"));
    if (action == "status") return change(kProgressing, field("job_status_id"));
    if (action == "priority") return change(kJobs, field("job_priority_id"));
    if (action == "update") return change(kJobs, order.request.at("changes").as_object());
    if (action == "complete")
        return change(kProgressing, {{"job_status_id",
                                      done_status(tx, caller.organization, json::text_in(before, "job_status_id"))}});
    if (action == "delete") {
        kit::remove(tx, kJobs, services, caller, id);
        return {{"deleted", json::array{false, true}}};
    }
    return change_tag(tx, caller, order, id);
}

json::object told_error(const Error& problem) {
    return {{"error", problem.name()}, {"message", problem.what()}, {"details", json::parse_object(problem.details())}};
}

BulkOrder order_of(const core::pg::Result& found) {
    return {json::parse_object(found.text(0, 0)), found.flag(0, 2)};
}

/// Who asked, as far as they may still: what was taken from them since then is not used.
Caller caller_of(Transaction& tx, const json::object& kept) {
    Caller caller{.actor = json::text_in(kept, "actor"),
                  .organization = json::text_in(kept, "organization"),
                  .user = json::text_in(kept, "user")};
    for (const auto& one : kept.at("permissions").as_array()) caller.permissions.emplace_back(one.as_string());
    if (caller.user.empty()) return caller;
    const auto held = tx.run(sql::bulk_permissions, caller.organization, caller.user, caller.permissions);
    if (held.empty()) throw Error(Code::forbidden, "who asked for this may do nothing here any more");
    caller.permissions.clear();
    for (std::size_t i = 0; i < held.size(); ++i) caller.permissions.emplace_back(held.text(i, 0));
    return caller;
}

}  // namespace

json::object bulk_one(Transaction& tx, const Services& services, const Caller& caller, const BulkOrder& order,
                      const std::string& id) {
    json::object told{{"id", id}, {"key", nullptr}};
    tx.execute("savepoint bulk_row");
    try {
        const auto before = json::parse_object(kit::show(tx, kJobs, caller, id).text);
        told["key"] = before.at("key");
        auto changes = changed_row(tx, services, caller, order, id, before);
        told["outcome"] = changes.empty() ? "unchanged" : "changed";
        told["changes"] = std::move(changes);
        if (order.is_dry_run) tx.execute("rollback to savepoint bulk_row");
    } catch (const Error& problem) {
        if (problem.again() || problem.status() >= 500) throw;
        tx.execute("rollback to savepoint bulk_row");
        told["outcome"] = "refused";
        told["error"] = told_error(problem);
    }
    tx.execute("release savepoint bulk_row");
    return told;
}

domain::jobs::BulkProgress bulk_step(const Services& services, Transaction& tx, const std::string& bulk,
                                     std::size_t at_most) {
    const auto found = tx.run(sql::bulk_find, bulk);
    if (found.empty()) throw Error(Code::not_found, "no such bulk change: " + bulk);
    const auto order = order_of(found);
    const auto caller = caller_of(tx, json::parse_object(found.text(0, 1)));
    tx.run(domain::audit::sql::act_as, caller.actor, caller.organization, json::text_in(order.request, "reason"));
    const auto rows = tx.run(sql::bulk_next, bulk, static_cast<std::int64_t>(at_most));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto told = bulk_one(tx, services, caller, order, std::string(rows.text(i, 1)));
        tx.run(sql::bulk_came, bulk, rows.number(i, 0), json::text_in(told, "outcome"), json::text(told));
    }
    const auto counts = tx.run(sql::bulk_counts, bulk);
    return domain::jobs::BulkProgress{.changed = counts.number(0, 0),
                                      .unchanged = counts.number(0, 1),
                                      .refused = counts.number(0, 2),
                                      .done = counts.number(0, 3),
                                      .of = counts.number(0, 4)};
}

}  // namespace nightshift::api::jobs
