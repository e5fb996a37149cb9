#include "api/runs/matching.h"

#include <array>

#include "api/kit/router.h"
#include "api/runs/ownership.h"
#include "core/error/error.h"
#include "core/pg/pg.h"
#include "core/time/time.h"
#include "queue/actions.h"
#include "queue/sql.h"

namespace nightshift::api::runs {

namespace json = core::json;
using core::Code;
using core::Error;
using core::schema::Type;

namespace {

constexpr core::schema::Field kConditionFields[] = {
    {"state", Type::text, "Only those in this state.", {.max = 20}},
    {"kind", Type::text, "Only those of this kind.", {.max = 120}},
    {"queue", Type::text, "Only those of this queue.", {.max = 60}},
    {"schedule_id", Type::uuid, "Only those of this schedule."},
    {"error", Type::text, "Only those that ended with this class of error.", {.max = 200}},
    {"created_after", Type::timestamp, "Only those submitted then or later."},
    {"created_before", Type::timestamp, "Only those submitted earlier."},
    {"q", Type::text, "Only those whose error message holds this.", {.max = 200}},
};
constexpr core::schema::Field kActionFields[] = {
    {"action", Type::choice, "What to do.", {.required = true, .choices = "cancel|retry"}},
    {"filter",
     Type::object,
     "Which runs: at least one condition, the same as of GET /runs.",
     {.required = true, .fields = kConditionFields}},
    {"reason", Type::text, "Why; kept with the events.", {.max = 500}},
    {"limit", Type::integer, "No more than so many at once.", {.min = 1, .max = 1000, .fallback = "1000"}},
    {"dry_run", Type::boolean, "Only tell how many there are.", {.fallback = "false"}},
};

using Conditions = std::array<std::string, std::size(kConditionFields)>;

Conditions conditions_of(const json::object& filter) {
    Conditions all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = json::text_in(filter, kConditionFields[i].name);
    return all;
}

/// The query's arguments as the body would name them, checked by the same table.
Conditions conditions_of(const core::http::Request& request) {
    json::object filter;
    for (const auto& field : kConditionFields)
        if (const auto given = kit::argument_of(request, field.name); !given.empty()) filter[field.name] = given;
    core::schema::require(kConditionFields, filter, "");
    return conditions_of(filter);
}

template <class... More>
core::pg::Result run_with(core::pg::Transaction& tx, const core::pg::Statement& statement,
                          const std::string& organization, const Conditions& all, const More&... more) {
    return tx.run(statement, organization, all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7], more...);
}

struct Done {
    std::size_t changed = 0;
    json::array refused;
    std::vector<std::string> woken, asked_to_stop;
};

void act_on(core::pg::Transaction& tx, const std::string& id, const kit::Caller& caller, const json::object& body,
            Done& done) {
    try {
        if (body.at("action").as_string() == "cancel") {
            if (queue::cancel(tx, id, caller.organization, caller.actor, json::text_in(body, "reason")))
                done.asked_to_stop.push_back(id);
        } else {
            done.woken.push_back(queue::retry(tx, id, caller.organization, caller.actor).queue);
        }
        ++done.changed;
    } catch (const Error& problem) {
        // It ended or was retried meanwhile, or its kind no longer takes what it took: said by us, not by the database.
        if (!problem.sqlstate().empty() || problem.status() >= 500) throw;
        done.refused.emplace_back(json::object{{"id", id}, {"error", problem.name()}, {"message", problem.what()}});
    }
}

}  // namespace

const std::span<const core::schema::Field> kConditions = kConditionFields;
const std::span<const core::schema::Field> kAction = kActionFields;

core::http::Response list(const kit::Services& services, const core::http::Request& request,
                          const kit::Caller& caller) {
    const auto page = kit::page_of(request);
    const auto wanted = conditions_of(request);
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, {.read_only = true});
    const auto owners = owners_in_reach(tx, caller, "runs.see");
    const auto rows =
        owners ? run_with(tx, queue::sql::run_list_of, caller.organization, wanted, page.limit, page.skip, *owners)
               : run_with(tx, queue::sql::run_list, caller.organization, wanted, page.limit, page.skip);
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

core::http::Response act(const kit::Services& services, const core::http::Request&, const kit::Caller& caller,
                         const json::object& body) {
    if (caller.reach("runs.change") != kit::Reach::all)
        throw Error(Code::forbidden, "this needs the permission runs.change for all runs");
    const auto& filter = body.at("filter").as_object();
    if (filter.empty()) throw Error(Code::validation, "filter: expected at least one condition");
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, kit::scope_of(caller));
    const auto rows = run_with(tx, queue::sql::runs_matching, caller.organization, conditions_of(filter),
                               json::text_in(body, "action"), body.at("limit").to_number<int>());
    const auto matched = rows.empty() ? 0 : rows.number(0, 1);
    Done done;
    const bool is_dry = body.at("dry_run").as_bool();
    for (std::size_t i = 0; i < rows.size() && !is_dry; ++i)
        act_on(tx, std::string(rows.text(i, 0)), caller, body, done);
    tx.commit();
    services.engine.wake(done.woken);
    for (const auto& id : done.asked_to_stop) services.engine.cancel_hint(id);
    const auto handled = static_cast<std::int64_t>(done.changed + done.refused.size());
    return core::http::json_response(200, {{"action", body.at("action")},
                                           {"dry_run", is_dry},
                                           {"matched", matched},
                                           {"changed", done.changed},
                                           {"refused", std::move(done.refused)},
                                           {"remaining", matched - handled}});
}

}  // namespace nightshift::api::runs
