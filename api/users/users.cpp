#include "api/users/users.h"

#include "api/kit/resource.h"
#include "core/error/error.h"
#include "domain/identity/email.h"
#include "domain/identity/roles.h"
#include "domain/identity/sql.h"
#include "domain/jobs/sql.h"
#include "domain/notifications/sql.h"

namespace nightshift::api::users {
namespace {

using core::Code;
using core::Error;
using core::schema::Type;
using kit::Change;
using kit::Column;
using kit::Resource;
namespace json = core::json;
namespace sql = domain::identity::sql;

std::string taken_text(json::object& body, std::string_view name) {
    auto text = json::text_in(body, name);
    body.erase(name);
    return text;
}

/// Given first and last name, `name` is their join; given only `name`, the others stay null: nobody guesses. SEEDS.md
/// C-15.
void complete_name(const Change& change) {
    const auto part = [&](std::string_view key) -> std::string {
        const auto* given = change.body.if_contains(key);
        if (given == nullptr && change.before != nullptr) given = change.before->if_contains(key);
        return given == nullptr || given->is_null() ? std::string{} : std::string(given->as_string());
    };
    if (change.body.contains("name") ||
        (!change.body.contains("first_name") && !change.body.contains("last_name") && change.before != nullptr))
        return;
    auto name = part("first_name");
    if (const auto last = part("last_name"); !last.empty()) name += (name.empty() ? "" : " ") + last;
    if (name.empty()) name = part("email").substr(0, part("email").find('@'));
    change.body["name"] = name;
}

void set_role(const Change& change, const std::string& given) {
    if (!change.caller.may("user.set_role"))
        throw Error(Code::forbidden, "role: this needs the permission user.set_role");
    if (change.tx
            .run(sql::membership_set, change.caller.organization, change.id, domain::identity::canonical_role(given))
            .empty())
        throw Error(Code::rule, "role: there is no role \"" + given + "\"",
                    R"({"fields":{"role":"there is no such role"}})");
    if (change.before != nullptr) change.tx.run(sql::user_touched, change.id);
    change.services.gate->forget();
}

/// One's own password is changed at /auth/change-password, where the old one is asked for.
void before_write(const Change& change) {
    auto& body = change.body;
    const bool is_new = change.before == nullptr;
    complete_name(change);
    if (const auto password = taken_text(body, "password"); !password.empty()) {
        if (!is_new && change.caller.reach("user.update") != kit::Reach::all)
            throw Error(Code::forbidden, "password: change your own at /auth/change-password");
        body["password_hash"] = change.services.gate->hashed(password);
    }
    auto role = taken_text(body, "role");
    if (is_new && role.empty()) role = "member";
    if (!role.empty()) set_role(change, role);
    if (!is_new && body.contains("is_active") && change.caller.reach("user.update") != kit::Reach::all)
        throw Error(Code::forbidden, "is_active: only an administrator switches accounts on and off");
}

/// Nobody is left with a timer they can't stop.
void stop_timers(const Change& change) {
    const auto timers = change.tx.run(domain::jobs::sql::timers_running, change.caller.organization, change.id);
    for (std::size_t i = 0; i < timers.size(); ++i)
        change.tx.run(domain::jobs::sql::timer_stop, change.caller.organization, timers.text(i, 0));
}

/// Open work goes to nobody, and who gives work away is told. SEEDS.md C-09.
void give_work_back(const Change& change) {
    const auto jobs = change.tx.run(domain::jobs::sql::work_unassign, change.caller.organization, change.id);
    for (std::size_t i = 0; i < jobs.size(); ++i)
        change.tx.run(domain::notifications::sql::tell, change.caller.organization,
                      std::vector<std::string>{std::string(jobs.text(i, 2))}, "work_unassigned",
                      "Nobody works on this now: " + std::string(jobs.text(i, 1)), "", change.caller.user,
                      jobs.text(i, 0));
}

void after_write(const Change& change) {
    const auto* active = change.body.if_contains("is_active");
    if (change.before != nullptr && active != nullptr && !active->as_bool()) stop_timers(change);
    if (!change.body.contains("is_active") && !change.body.contains("password_hash")) return;
    if (change.before != nullptr) change.tx.run(sql::refresh_revoke_user, change.id);
    change.services.gate->forget();
}

void before_remove(const Change& change) {
    if (change.id == change.caller.user)
        throw Error(Code::conflict, "nobody deletes the account they are signed in with");
    stop_timers(change);
    give_work_back(change);
    change.tx.run(sql::refresh_revoke_user, change.id);
    change.services.gate->forget();
}

constexpr Column kColumns[] = {
    {"email",
     Type::text,
     "Who signs in; unique.",
     {.min = 3, .max = 254, .required = true, .check = domain::identity::check_email},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"password",
     Type::text,
     "8 characters at least, 72 bytes at most; never shown.",
     {.min = 8, .max = 72},
     kit::kWriteOnly},
    {"first_name", Type::text, "Given name.", {.max = 100, .nullable = true}, kit::kSearch},
    {"last_name", Type::text, "Family name.", {.max = 100, .nullable = true}, kit::kSearch},
    {"name",
     Type::text,
     "The whole name; from the parts when not given.",
     {.min = 1, .max = 200},
     kit::kSort | kit::kSearch},
    {"role",
     Type::text,
     "The role's name: admin, manager, member, viewer, sales_agent, technician or one of your own.",
     {.max = 60},
     kit::kFilter | kit::kSort},
    {"department_id", Type::uuid, "The department this person is in.", {.nullable = true}, kit::kFilter, "department"},
    {"phone", Type::text, "A telephone number.", {.max = 50, .nullable = true}},
    {"is_active", Type::boolean, "May sign in.", {.fallback = "true"}, kit::kFilter},
    {"time_zone", Type::text, "IANA time zone.", {.max = 60, .fallback = "\"UTC\""}},
    {"locale", Type::text, "Language, as in BCP 47.", {.max = 35, .fallback = "\"en\""}},
    {"last_login_at", Type::timestamp, "When this person last signed in.", {.server = true}, kit::kSort},
};
constexpr kit::Constraint kConstraints[] = {
    {"user_email_once", Code::conflict, "email", "somebody has this address already"}};
constexpr Resource kUsers{
    .name = "users",
    .one = "user",
    .doc = "People who sign in.",
    .table = "app_user",
    .view = "api.app_user",
    .columns = kColumns,
    .allow = {.see = "user.view",
              .create = "user.create",
              .change = "user.update",
              .remove = "user.delete",
              .list = "user.list"},
    .scopes = {.own = "r.id = $2"},
    .constraints = kConstraints,
    .order = "email",
    .before_write = before_write,
    .after_write = after_write,
    .before_remove = before_remove,
    .example = R"({"email": "nils@example.com", "password": "correct horse battery", "first_name": "Nils",
"last_name": "Holm", "name": "Nils Holm", "role": "technician", "department_id": "@departments", "time_zone": "Europe/Stockholm", "locale": "sv"})"};

constexpr core::schema::Rules kMaybe{.nullable = true};
constexpr core::schema::Field kPersonFields[] = {
    {"id", Type::uuid, "Who."},
    {"name", Type::text, "That person's name."},
};
constexpr core::schema::Field kDepartmentFields[] = {
    {"id", Type::uuid, "Its id."},
    {"name", Type::text, "Its name."},
    {"description", Type::text, "What it is for.", kMaybe},
    {"manager", Type::object, "Who manages it.", {.nullable = true, .fields = kPersonFields}},
};
constexpr core::schema::Field kTeamFields[] = {
    {"id", Type::uuid, "Its id."},
    {"name", Type::text, "Its name."},
    {"department_id", Type::uuid, "The department it is in.", kMaybe},
    {"role_in_team", Type::text, "As what this person is in it; null for who leads it from outside.", kMaybe},
    {"joined_at", Type::timestamp, "Since when.", kMaybe},
    {"leads", Type::boolean, "Whether this person leads it."},
};
constexpr core::schema::Field kDetailsFields[] = {
    {"department", Type::object, "The department.", {.nullable = true, .fields = kDepartmentFields}},
    {"teams", Type::array, "The teams this person is in, or leads.", {.fields = kTeamFields}},
};

core::http::Response details(const kit::Services& services, const core::http::Request& request,
                             const kit::Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, {.read_only = true});
    kit::show(tx, kUsers, caller, request.parameter("id"));
    return core::http::text_response(
        200, std::string(tx.run(sql::user_details, caller.organization, request.parameter("id")).text(0, 0)));
}

void check_permissions(const json::object& body) {
    const auto* given = body.if_contains("permissions");
    if (given == nullptr || !given->is_array()) return;
    for (const auto& one : given->as_array())
        if (const auto problem = domain::identity::permission_problem(one.as_string()); !problem.empty())
            throw core::schema::wrong(Code::validation, "permissions", problem);
}

/// That nobody holds a role that is deleted, the database sees to.
void refuse_builtin(const Change& change) {
    check_permissions(change.body);
    if (change.before != nullptr && change.before->at("is_builtin").as_bool())
        throw Error(Code::conflict, "a built-in role stays as it is; make one of your own");
    change.services.gate->forget();
}

constexpr Column kRoleColumns[] = {
    {"name",
     Type::text,
     "Unique in the organization.",
     {.min = 1, .max = 60, .required = true},
     kit::kFilter | kit::kSort},
    {"title", Type::text, "As people read it.", {.min = 1, .max = 120, .required = true}},
    {"permissions", Type::texts, "What its holders may: job.view:own, job.create ...", {.max = 200, .required = true}},
    {"is_builtin",
     Type::boolean,
     "Comes with Nightshift and stays as it is.",
     {.required = true, .server = true},
     kit::kFilter},
};
constexpr Resource kRoles{
    .name = "roles",
    .one = "role",
    .doc = "Named sets of permissions.",
    .table = "role",
    .view = "api.role",
    .columns = kRoleColumns,
    .allow = {.see = "organization.view", .create = "role.manage", .change = "role.manage", .remove = "role.manage"},
    .scopes = {.own = "true"},
    .order = "name",
    .before_write = refuse_builtin,
    .before_remove = refuse_builtin,
    .example =
        R"({"name": "night_watch", "title": "Night watch", "permissions": ["job.view:all", "job.progress:own"], "is_builtin": false})"};

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    auto routes = kit::routes_of(kUsers, services);
    for (auto& route : routes) route.has_secrets = true;
    routes.push_back({"GET",
                      "/api/v1/users/{id}/details",
                      "user.view",
                      "A person with their department and teams.",
                      {},
                      kit::bound(services, details),
                      {.shape = {"UserDetails", {}, {}, kDetailsFields}, .rows = &kUsers}});
    for (auto& route : kit::routes_of(kRoles, services)) routes.push_back(std::move(route));
    return routes;
}

}  // namespace nightshift::api::users
