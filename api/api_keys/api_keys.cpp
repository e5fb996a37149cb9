#include "api/api_keys/api_keys.h"

#include <algorithm>

#include "api/kit/resource.h"
#include "core/error/error.h"
#include "core/secret/secret.h"
#include "core/time/time.h"
#include "domain/identity/roles.h"

namespace nightshift::api::api_keys {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::schema::Type;
using kit::Caller;
using kit::Change;
using kit::Services;
namespace json = core::json;

std::string check_scopes(const json::value& given) {
    if (given.is_null()) return {};
    for (const auto& one : given.as_array())
        if (auto problem = domain::identity::permission_problem(one.as_string()); !problem.empty()) return problem;
    return {};
}

std::string check_future(const json::value& given) {
    if (given.is_null()) return {};
    const auto moment = core::time::parse_rfc3339(std::string(given.as_string()));
    return moment && *moment > std::chrono::system_clock::now() ? "" : "expected a moment that is still to come";
}

/// A key never makes one that may more than itself.
void narrow(const Change& change) {
    auto* given = change.body.if_contains("permissions");
    const bool is_key = change.caller.actor.starts_with("key:");
    if (is_key && (given == nullptr ? change.before == nullptr : given->is_null())) {
        json::array all;
        for (const auto& one : change.caller.permissions) all.emplace_back(one);
        change.body["permissions"] = std::move(all);
        return;
    }
    if (given == nullptr || given->is_null()) return;
    const auto wanted = json::texts(*given);
    for (const auto& one : wanted)
        if (domain::identity::narrowed(change.caller.permissions, {one}).empty())
            throw Error(Code::rule, "permissions: you don't hold " + one + " yourself",
                        R"({"fields":{"permissions":"more than you hold"}})");
    if (!is_key) return;
    json::array narrowed;
    for (const auto& one : domain::identity::narrowed(change.caller.permissions, wanted)) narrowed.emplace_back(one);
    change.body["permissions"] = std::move(narrowed);
}

void before_key_write(const Change& change) {
    if (change.before == nullptr) {
        if (change.caller.user.empty()) throw Error(Code::forbidden, "a key is somebody's: sign in as a person");
        change.body["user_id"] = change.caller.user;
    }
    narrow(change);
    change.services.gate->forget();
}

/// Who asks between this and the commit may be remembered for five seconds more.
void before_key_remove(const Change& change) {
    change.services.gate->forget();
}

constexpr kit::Column kKeyColumns[] = {
    {"name",
     Type::text,
     "What it is for.",
     {.min = 1, .max = 120, .required = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"permissions",
     Type::texts,
     "All it may: job.view, job.view:own ...; null: whatever its person may. Never more than that.",
     {.max = 200, .nullable = true, .check = check_scopes}},
    {"expires_at",
     Type::timestamp,
     "Until when it is good; null: for ever.",
     {.nullable = true, .check = check_future},
     kit::kSort},
    {"user_id", Type::uuid, "Whose it is.", {.server = true}, kit::kFilter},
    {"user_name", Type::text, "That person's name.", {.server = true}},
    {"last_used_at", Type::timestamp, "When it was last used, to the minute.", {.server = true}, kit::kSort},
    {"is_expired", Type::boolean, "Good no longer.", {.server = true}, kit::kFilter},
};
constexpr kit::Resource kKeys{.name = "api-keys",
                              .one = "API key",
                              .doc = "Keys for machines.",
                              .table = "api_key",
                              .view = "api.api_key",
                              .columns = kKeyColumns,
                              .allow = {.see = "api_key.manage",
                                        .create = "api_key.manage",
                                        .change = "api_key.manage",
                                        .remove = "api_key.manage"},
                              .scopes = {.own = "r.user_id = $2"},
                              .order = "-created_at",
                              .before_write = before_key_write,
                              .before_remove = before_key_remove,
                              .example = R"({"name": "Night meter", "permissions": ["job.view"],
"user_name": "Ada Admin", "is_expired": false})"};
constexpr core::schema::Field kMadeFields[] = {{"key", Type::text, "The key itself; shown this once."}};

/// The only answer that holds the key itself.
Response make(const Services& services, const Request&, const Caller& caller, json::object& body) {
    const auto id = core::time::uuid7(), key = domain::identity::Gate::new_key();
    body["token_hash"] = core::secret::digest(key);
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, kit::scope_of(caller));
    const auto shown = kit::create(tx, kKeys, services, caller, id, body);
    tx.commit();
    auto answer = json::parse_object(shown.text);
    answer["key"] = key;
    auto response = core::http::json_response(201, answer);
    response.headers.emplace_back("Location", "/api/v1/api-keys/" + id);
    return response;
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    auto routes = kit::routes_of(kKeys, services);
    for (auto& route : routes)
        if (route.method == "POST") {
            route.doc = "Makes an API key; `key` in this answer is the only time it is shown.";
            route.handle = kit::bound(services, make);
            route.answer.shape = {"ApiKeyMade", {}, {}, kMadeFields};
            route.has_secrets = true;
        }
    return routes;
}

}  // namespace nightshift::api::api_keys
