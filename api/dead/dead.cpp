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

constexpr core::schema::Field kListed[] = {{"resolved", Type::boolean, "Resolved ones too.", {.fallback = "false"}}};
constexpr core::schema::Field kGroupFields[] = {
    {"id", Type::uuid, "Its id."},
    {"fingerprint", Type::text, "The shape of the failure."},
    {"kind", Type::text, "Which kind of run."},
    {"error_class", Type::text, "The kind of failure."},
    {"message", Type::text, "What went wrong, the first time."},
    {"first_seen_at", Type::timestamp, "When it began."},
    {"last_seen_at", Type::timestamp, "When it last happened."},
    {"total", Type::integer, "How often it happened."},
    {"is_muted", Type::boolean, "Nobody is told any more."},
    {"resolved_at", Type::timestamp, "When somebody settled it.", {.nullable = true}},
    {"note", Type::text, "What somebody said about it.", {.nullable = true}},
};
constexpr core::schema::Field kMemberFields[] = {
    {"id", Type::uuid, "The run's id."},
    {"attempt", Type::integer, "How many attempts it took."},
    {"finished_at", Type::timestamp, "When it died."},
    {"error_message", Type::text, "What went wrong.", {.nullable = true}},
    {"is_redriven", Type::boolean, "It was submitted again."},
};
constexpr core::schema::Field kMembers[] = {{"runs", Type::array, "Its latest 20 runs.", {.fields = kMemberFields}}};
constexpr std::string_view kGroupExample =
    R"({"id":"@dead","fingerprint":"5d41402abc4b2a76","kind":"diagnostic.fail","error_class":"diagnostic","message":"as asked",
"first_seen_at":"2026-03-02T09:30:00.123456+00:00","last_seen_at":"2026-03-02T09:42:10.654321+00:00","total":3,"is_muted":false,"resolved_at":null,
"note":null})";
constexpr kit::Shape kGroup{"DeadGroup", kGroupFields, kGroupExample};
constexpr kit::Shape kWhole{"DeadGroupAndRuns", kGroupFields, kGroupExample, kMembers};
constexpr core::schema::Field kRedrivenFields[] = {
    {"redriven", Type::integer, "How many."},
    {"runs", Type::texts, "The ids of the new runs."},
};
constexpr core::schema::Field kChangedFields[] = {{"id", Type::uuid, "The group's id."}};
constexpr kit::Shape kChanged{"DeadGroupId", kChangedFields, R"({"id":"@dead"})"};
constexpr std::string_view kNoteExample = R"({"note": "the supplier's server was down"})";

Response list(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto page = kit::page_of(request);
    const bool all = kit::argument_of(request, "resolved") == "true";
    return core::http::text_response(200, std::string(core::pg::once(services.pool, queue::sql::dead_list,
                                                                     caller.organization, all, page.limit, page.skip)
                                                          .text(0, 0)));
}

Response show(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto& id = request.parameter("id");
    const auto rows = core::pg::once(services.pool, queue::sql::dead_show, id, caller.organization);
    if (rows.empty()) throw Error(Code::not_found, "no such group: " + id);
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

/// Each dead run again as a new one, linked to it; all in one transaction.
Response redrive(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    const auto& id = request.parameter("id");
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
    const auto& id = request.parameter("id");
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
         "queues.see",
         "Groups of dead runs, latest first.",
         {},
         bind(list),
         {.shape = kGroup, .is_list = true},
         kit::kPages,
         kListed,
         "listDeadGroups"},
        {"GET",
         "/api/v1/dead/{id}",
         "queues.see",
         "One group and its latest runs.",
         {},
         bind(show),
         {.shape = kWhole},
         kit::kNothing,
         {},
         "getDeadGroup"},
        {"POST",
         "/api/v1/dead/{id}/redrive",
         "runs.change",
         "Submits a group's dead runs again.",
         kRedrive,
         bind(redrive),
         {.status = 202, .shape = {"Redriven", kRedrivenFields, R"({"redriven":1,"runs":["@runs"]})"}},
         kit::kNothing,
         {},
         "redriveDeadGroup",
         R"({"limit": 10})"},
        {"POST",
         "/api/v1/dead/{id}/mute",
         "runs.change",
         "Says no more of it.",
         kNote,
         bind([](const auto& s, const auto& r, const auto& c, auto& b) { return change(s, r, c, true, false, b); }),
         {.shape = kChanged},
         kit::kNothing,
         {},
         "muteDeadGroup",
         kNoteExample},
        {"POST",
         "/api/v1/dead/{id}/resolve",
         "runs.change",
         "Settles it; a new failure of its shape opens it again.",
         kNote,
         bind([](const auto& s, const auto& r, const auto& c, auto& b) { return change(s, r, c, nullptr, true, b); }),
         {.shape = kChanged},
         kit::kNothing,
         {},
         "resolveDeadGroup",
         kNoteExample},
    };
}

}  // namespace nightshift::api::dead
