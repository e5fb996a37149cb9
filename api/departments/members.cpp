#include "api/departments/members.h"

#include <memory>

#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/organization/sql.h"

namespace nightshift::api::departments::members {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Column;
using kit::Services;
namespace json = core::json;
namespace sql = domain::organization::sql;

/// Somebody's place in a team stays theirs, and of that team.
void keep_place(const kit::Change& change) {
    for (const auto* field : {"team_id", "user_id"}) {
        const auto given = json::text_in(change.body, field);
        if (given.empty()) continue;
        if (given != json::text_in(*change.before, field))
            throw Error(Code::rule, std::string(field) + ": stays as it is; take this person out and add another",
                        R"({"fields":{")" + std::string(field) + R"(":"stays as it is"}})");
        change.body.erase(field);
    }
}

/// Who may change the team decides who is in it.
void check_team(const kit::Change& change) {
    if (change.before != nullptr) return keep_place(change);
    const auto team = json::text_in(change.body, "team_id");
    kit::show(change.tx, teams(), change.caller, team);
    try {
        kit::show(change.tx, teams(), change.caller, team, "team.manage");
    } catch (const Error& problem) {
        if (problem.code() != Code::not_found) throw;
        throw Error(Code::forbidden, "this team is not yours to change: it needs the permission team.manage for it");
    }
}

constexpr Column kColumns[] = {
    {"team_id", Type::uuid, "The team.", {.required = true}, kit::kFilter, "team"},
    {"team_name", Type::text, "The team's name.", {.server = true}, kit::kSort},
    {"user_id", Type::uuid, "Who is in it.", {.required = true}, kit::kFilter, "app_user"},
    {"user_name", Type::text, "That person's name.", {.server = true}, kit::kSort | kit::kSearch},
    {"email", Type::text, "That person's address.", {.server = true}, kit::kSearch},
    {"role_in_team",
     Type::text,
     "As what: member, lead ...",
     {.min = 1, .max = 60, .fallback = R"("member")"},
     kit::kFilter},
    {"joined_at", Type::timestamp, "Since when.", {.server = true}, kit::kSort},
};
constexpr kit::Constraint kConstraints[] = {
    {"team_member_once", Code::conflict, "user_id", "this person is in the team already"}};
constexpr kit::Resource kMembers{
    .name = "team-members",
    .one = "team member",
    .doc = "Who is in which team.",
    .table = "team_member",
    .view = "api.team_member",
    .columns = kColumns,
    .allow = {.see = "organization.view", .create = "team.manage", .change = "team.manage", .remove = "team.manage"},
    .scopes = {.team =
                   "exists (select 1 from team t where t.id = r.team_id and (t.lead_user_id = $2 or exists (select 1 "
                   "from department d where d.id = t.department_id and d.manager_user_id = $2)))",
               .own = "true"},
    .constraints = kConstraints,
    .order = "user_name",
    .before_write = check_team,
    .example = R"({"team_id": "@teams", "team_name": "Night shift", "user_id": "@users", "user_name": "Nils Holm",
"email": "nils@example.com", "role_in_team": "member"})"};

constexpr Field kAdd[] = {
    {"user_id", Type::uuid, "Who joins.", {.required = true}},
    {"role_in_team", Type::text, "As what: member, lead ...", {.min = 1, .max = 60, .fallback = R"("member")"}},
};
constexpr Field kRole[] = {
    {"role_in_team", Type::text, "As what: member, lead ...", {.min = 1, .max = 60, .required = true}}};

Response details(const Services& services, const Request& request, const Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, teams(), caller, request.parameter("id"));
    return core::http::text_response(
        200, std::string(tx.run(sql::team_details, caller.organization, request.parameter("id")).text(0, 0)));
}

Response list(const Services& services, const Request& request, const Caller& caller, json::object&) {
    {
        auto lease = services.pool.acquire();
        Transaction tx(lease, kit::scope_of(caller));
        kit::show(tx, teams(), caller, request.parameter("id"));
    }
    return kit::list(services.pool, kMembers, request, caller, "r.team_id = $3::uuid", {request.parameter("id")});
}

/// A route of the plain resource, which knows its row by its own id, found by team and person.
kit::Handle by_person(const Services& services, kit::Handle plain) {
    return [&services, plain = std::move(plain)](const Request& request, const Caller& caller, json::object& body) {
        const auto& user = request.parameter("user_id");
        std::string member;
        if (core::time::is_uuid(user)) {
            const auto rows =
                core::pg::once(services.pool, sql::member_of_team, caller.organization, request.parameter("id"), user);
            if (!rows.empty()) member = rows.text(0, 0);
        }
        if (member.empty()) throw Error(Code::not_found, "nobody with this id is in the team: " + user);
        auto changed = request;
        changed.parameters["id"] = member;
        return plain(changed, caller, body);
    };
}

/// A new member, of the team in the path.
kit::Handle of_team(kit::Handle plain) {
    return [plain = std::move(plain)](const Request& request, const Caller& caller, json::object& body) {
        body["team_id"] = request.parameter("id");
        return plain(request, caller, body);
    };
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    auto routes = kit::routes_of(kMembers, services);
    const auto plain = [&](std::string_view method) {
        for (const auto& route : routes)
            if (route.method == method) return route.handle;
        throw Error(Code::internal, "a plain resource has no " + std::string(method));
    };
    std::vector<kit::Route> beside{
        {"GET",
         "/api/v1/teams/{id}/details",
         "organization.view",
         "A team with its people.",
         {},
         kit::bound(services, details)},
        {"GET",
         "/api/v1/teams/{id}/members",
         "organization.view",
         "Who is in a team.",
         {},
         kit::bound(services, list),
         {.rows = &kMembers, .is_list = true},
         kit::kPages | kit::kListing,
         {},
         "listMembersOfTeam"},
        {"POST",
         "/api/v1/teams/{id}/members",
         "team.manage",
         "Adds somebody to a team.",
         kAdd,
         of_team(plain("POST")),
         {.status = 201, .rows = &kMembers},
         kit::kNothing,
         {},
         "addTeamMember",
         R"({"user_id": "@users", "role_in_team": "lead"})"},
        {"PATCH",
         "/api/v1/teams/{id}/members/{user_id}",
         "team.manage",
         "Changes what somebody is in a team.",
         kRole,
         by_person(services, plain("PATCH")),
         {.rows = &kMembers},
         kit::kIfMatch,
         {},
         "updateMemberOfTeam",
         R"({"role_in_team": "member"})"},
        {"PUT",
         "/api/v1/teams/{id}/members/{user_id}",
         "team.manage",
         "Changes what somebody is in a team.",
         kRole,
         by_person(services, plain("PATCH")),
         {.rows = &kMembers},
         kit::kIfMatch,
         {},
         "replaceMemberOfTeam",
         R"({"role_in_team": "member"})"},
        {"DELETE",
         "/api/v1/teams/{id}/members/{user_id}",
         "team.manage",
         "Takes somebody out of a team.",
         {},
         by_person(services, plain("DELETE")),
         {.status = 204},
         kit::kIfMatch,
         {},
         "removeTeamMember"},
    };
    for (auto& route : beside) routes.push_back(std::move(route));
    return routes;
}

}  // namespace nightshift::api::departments::members
