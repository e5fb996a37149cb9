#include "api/dead/dead.h"

#include "api/kit/router.h"
#include "core/error/error.h"
#include "queue/actions.h"
#include "queue/sql.h"

namespace nightshift::api::dead {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::schema::Type;
using kit::Caller;
using kit::Services;
namespace json = core::json;

using core::pg::Transaction;

constexpr core::schema::Field kRedrive[] = {
    {"limit", Type::integer, "How many at most, oldest first.", {.min = 1, .max = 1000, .fallback = "100"}}};
constexpr core::schema::Field kNote[] = {{"note", Type::text, "Why; kept with the group.", {.max = 1000}}};

Response list(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto page = kit::page_of(request);
    const bool all = kit::argument_of(request, "resolved") == "true";
    return core::http::text_response(200, std::string(core::pg::once(services.pool, queue::sql::dead_list,
                                                                     caller.organization, all, page.limit, page.skip)
                                                          .text(0, 0)));
}

Response show(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto& id = request.parameters.find("id")->second;
    const auto rows = core::pg::once(services.pool, queue::sql::dead_show, id, caller.organization);
    if (rows.empty()) throw Error(Code::not_found, "no such group: " + id);
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

/// Each dead run again as a new one, linked to it; all in one transaction.
Response redrive(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, {.actor = caller.actor, .organization = caller.organization});
    const auto& id = request.parameters.find("id")->second;
    if (tx.run(queue::sql::dead_show, id, caller.organization).empty())
        throw Error(Code::not_found, "no such group: " + id);
    const auto members = tx.run(queue::sql::dead_members, id, caller.organization, body.at("limit").to_number<int>());
    json::array made;
    std::vector<std::string> queues;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto again = queue::retry(tx, std::string(members.text(i, 0)), caller.organization, caller.actor);
        made.emplace_back(again.id);
        queues.push_back(again.queue);
    }
    tx.commit();
    services.engine.wake(queues);
    return core::http::json_response(202, {{"redriven", made.size()}, {"runs", std::move(made)}});
}

Response change(const Services& services, const Request& request, const Caller& caller, const core::pg::Value& muted,
                bool resolved, const json::object& body) {
    const auto& id = request.parameters.find("id")->second;
    const std::string note(body.contains("note") ? body.at("note").as_string() : "");
    if (core::pg::once(services.pool, queue::sql::dead_change, id, caller.organization, muted, resolved, note).empty())
        throw Error(Code::not_found, "no such group: " + id);
    return core::http::json_response(200, {{"id", id}});
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    return {
        {"GET",
         "/api/v1/dead",
         "runs.see",
         "Groups of dead runs, latest first; resolved=true for all.",
         {},
         bind(list)},
        {"GET", "/api/v1/dead/{id}", "runs.see", "One group and its latest runs.", {}, bind(show)},
        {"POST", "/api/v1/dead/{id}/redrive", "runs.change", "Submits a group's dead runs again.", kRedrive,
         bind(redrive)},
        {"POST", "/api/v1/dead/{id}/mute", "runs.change", "Says no more of it.", kNote,
         bind([](const auto& s, const auto& r, const auto& c, auto& b) { return change(s, r, c, true, false, b); })},
        {"POST", "/api/v1/dead/{id}/resolve", "runs.change", "Settles it; a new failure of its shape opens it again.",
         kNote,
         bind([](const auto& s, const auto& r, const auto& c, auto& b) { return change(s, r, c, nullptr, true, b); })},
    };
}

}  // namespace nightshift::api::dead
