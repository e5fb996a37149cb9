// Every route there is, by everybody there is, for everybody's rows: refused by default, 401 without a token, 403
// without the permission, 404 for another organization's row, and never a 5xx. A new route is in it by itself; a new
// public one has to be named here. DESIGN 5.9, 5.10.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/identity/roles.h"
#include "domain/jobs/numbers.h"
#include "kinds.h"
#include "resources.h"
#include "tests/kit/tenant.h"

namespace nightshift::tests::walk {
namespace {

using namespace std::chrono_literals;
namespace json = core::json;
using api::kit::Reach;
using api::kit::Route;
using core::schema::Field;
using core::schema::Type;

const std::string kOurs = "0190d1a0-0000-7000-8000-000000000001", kTheirs = "0190d1a0-0000-7000-8000-000000000002";
const std::string kPassword = "correct horse";

/// What answers without a token, each for a reason of its own.
const std::set<std::string, std::less<>> kPublic{
    "GET /health",
    "GET /ready",
    "GET /api/v1/health",
    "GET /api/v1/ready",
    "GET /.well-known/jwks.json",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/token/refresh",
    "GET /api/v1/attachments/{id}/file",     // its address is signed
    "PUT /api/v1/attachments/upload/{key}",  // and this one's
    "GET /unsubscribe",                      // the address in a mail is signed
    "POST /unsubscribe",
    "GET /api/v1/ws/notifications/{user_id}",  // its first message may say who it is
};

/// Collections whose name is not the plural of their table's.
const std::map<std::string, std::string, std::less<>> kTables{
    {"users", "app_user"}, {"dead", "dead_group"}, {"team-members", "team_member"}};

/// Taken for compatibility, and not looked at.
const std::set<std::string, std::less<>> kIgnored{"generated_by_user_id"};

struct Who {
    std::string name = {}, token = {}, email = {};
    Rows rows = {};
    std::vector<std::string> permissions = {};

    Reach reach(std::string_view permission) const {
        return api::kit::Caller{.actor = "x", .organization = "x", .permissions = permissions}.reach(permission);
    }
};

std::vector<std::string> parts_of(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        parts.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

/// The table that a parameter names a row of; "" when only its handler knows.
std::string table_of(const std::vector<std::string>& parts, std::size_t at, const Rows& rows) {
    auto name = parts[at].substr(1, parts[at].size() - 2);
    std::string table;
    if (name.ends_with("user_id")) return "app_user";
    if (name.ends_with("_id")) table = name.substr(0, name.size() - 3);
    if (name == "id" && at > 0) {
        const auto found = kTables.find(parts[at - 1]);
        table = found != kTables.end() ? found->second : parts[at - 1];
        if (found == kTables.end()) {
            std::ranges::replace(table, '-', '_');
            if (table.ends_with("ies"))
                table.replace(table.size() - 3, 3, "y");
            else if (table.ends_with("es") && rows.contains(table.substr(0, table.size() - 2)))
                table.resize(table.size() - 2);
            else if (table.ends_with('s'))
                table.pop_back();
        }
    }
    return rows.contains(table) ? table : std::string{};
}

json::value value_for(const Field& field, const Rows& rows);

json::object body_for(std::span<const Field> fields, const Rows& rows) {
    json::object body;
    for (const auto& field : fields)
        if (field.rules.required) body[field.name] = value_for(field, rows);
    return body;
}

std::string row_for(std::string_view field, const Rows& rows) {
    if (field.ends_with("user_id")) return rows.at("app_user");
    for (const auto& [table, id] : rows)
        if (field == table + "_id") return id;
    return core::time::uuid7();
}

json::value value_for(const Field& field, const Rows& rows) {
    switch (field.type) {
        case Type::integer:
        case Type::number:
            return std::max(1.0, field.rules.min);
        case Type::boolean:
            return true;
        case Type::uuid:
            return json::value(row_for(field.name, rows));
        case Type::timestamp:
            return "2030-01-01T00:00:00Z";
        case Type::date:
            return "2030-01-01";
        case Type::duration:
            return "1m";
        case Type::size:
            return "1MiB";
        case Type::choice:
            return json::value(field.rules.choices.substr(0, field.rules.choices.find('|')));
        case Type::object:
            return body_for(field.rules.fields, rows);
        case Type::array:
            return field.rules.fields.empty() ? json::array{} : json::array{body_for(field.rules.fields, rows)};
        case Type::texts:
            return json::array{};
        case Type::any:
            return nullptr;
        case Type::text:
            break;
    }
    return field.name == "email" ? json::value("x" + core::time::uuid7() + "@example.org")
                                 : json::value("x" + core::time::uuid7().substr(24));
}

class Walk : public testing::Test {
protected:
    void SetUp() override {
        database.one("insert into organization (id, name, slug) values ('" + kOurs + "', 'Ours', 'ours'), ('" +
                     kTheirs + "', 'Theirs', 'theirs')");
        gate.prepare();
        for (const auto& make : generated::resources)
            for (auto& route : make(services)) routes.push_back(std::move(route));
        // Nothing is gone before everybody tried to read it, and nobody is signed out before the end.
        std::ranges::stable_sort(routes, {}, [](const Route& route) {
            if (route.path.starts_with("/api/v1/auth/")) return 3;
            return route.method == "GET" ? 0 : route.method == "DELETE" ? 2 : 1;
        });
        router = std::make_unique<api::kit::Router>(
            routes, api::kit::Access{.identify = [this](const std::string& token) { return gate.identify(token); }});
        invite();
    }

    Who person(const std::string& role, const std::string& organization) {
        const bool is_ours = organization == kOurs;
        Who who{.name = role + (is_ours ? "" : " of others"), .email = "p" + std::to_string(++people) + "@example.org"};
        const auto tokens = gate.enroll(
            {.email = who.email, .password = kPassword, .name = role, .organization = is_ours ? "ours" : "theirs"}, {});
        database.one("update membership set role_id = (select id from role where organization_id = '" + organization +
                     "' and name = '" + role + "') where user_id = '" + tokens.user + "'");
        gate.forget();
        who.token = tokens.access;
        who.rows = populate(database, organization, tokens.user);
        who.permissions = gate.identify(who.token).permissions;
        return who;
    }

    void invite() {
        for (const auto& role : domain::identity::builtin_roles())
            known.push_back(person(std::string(role.name), kOurs));
        colleague = person("member", kOurs);
        foreign = person("admin", kTheirs);
        database.one("update job_status set category = 'done' where id = '" + colleague.rows.at("job_status") + "'");
        unknown.rows = foreign.rows;
        for (auto& [table, id] : unknown.rows) id = core::time::uuid7();
        auto gone = person("admin", kOurs);
        gone.name = "somebody deactivated";
        database.one("update app_user set is_active = false where id = '" + gone.rows.at("app_user") + "'");
        gate.forget();
        now -= 1h;
        Who late{.name = "an expired token", .token = gate.login(known.front().email, kPassword, {}).access};
        now += 1h;
        nobody = {{.name = "no token"}, late, gone, {.name = "a damaged token", .token = known.front().token + "x"}};
        for (auto& one : nobody) one.rows = known.front().rows;
    }

    /// The path with the rows of `of` in it, but the parameter at `at` of `other`; `any` stands for what no table has.
    static std::string filled(const Route& route, const Who& of, const Who& other, std::size_t at,
                              const std::string& any) {
        const auto parts = parts_of(route.path);
        std::string path;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto& rows = i == at ? other.rows : of.rows;
            const auto table = parts[i].starts_with('{') ? table_of(parts, i, rows) : std::string{};
            path += "/" + (!parts[i].starts_with('{') ? parts[i] : table.empty() ? any : rows.at(table));
        }
        return path;
    }

    core::http::Response call(const Who& who, const Route& route, const std::string& path, const json::object& body) {
        core::http::Request request{.method = std::string(route.method), .path = path, .target = path, .id = "walk"};
        auto token = who.token;
        const bool ends_sessions = route.path.starts_with("/api/v1/auth/") && route.method == "POST";
        if (ends_sessions && !who.email.empty() && who.name != "somebody deactivated")
            token = gate.login(who.email, kPassword, {}).access;
        if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
        if (!route.body.empty()) {
            request.headers.emplace_back("content-type", "application/json");
            request.body = json::text(body);
        }
        ++calls;
        auto response = router->answer(std::move(request));
        EXPECT_LT(response.status, route.path.ends_with("/ready") ? 600 : 500)
            << who.name << ": " << route.method << " " << path << " " << json::text(body) << "\n"
            << response.body;
        return response;
    }
    std::string told(const Who& who, const Route& route, const std::string& path, const json::object& body,
                     const core::http::Response& response) const {
        return who.name + ": " + std::string(route.method) + " " + path + " " + json::text(body) + "\n" +
               response.body.substr(0, 400);
    }
    static std::vector<std::size_t> parameters_of(const Route& route) {
        const auto parts = parts_of(route.path);
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (parts[i].starts_with('{')) found.push_back(i);
        return found;
    }
    static bool is_public(const Route& route) { return route.permission.empty(); }

    Database database;
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
    domain::identity::Gate gate{
        database.pool(), {.failures_to_lock = 1000000, .password_cost = 4}, [this] { return now; }};
    queue::Engine engine{{.database_url = database.url()}, generated::kinds};
    domain::jobs::Numbers numbers{database.pool().settings()};
    api::kit::Services services{database.pool(), engine,  [](std::string_view) { return json::value("/nowhere"); },
                                &gate,           nullptr, &numbers};
    std::vector<Route> routes;
    std::unique_ptr<api::kit::Router> router;
    std::vector<Who> known, nobody;
    Who colleague, foreign, unknown{.name = "unknown"};
    int people = 0, calls = 0;
};

TEST_F(Walk, EveryRouteIsRefusedToWhoIsNobodyAndOnlyNamedOnesAreForAll) {
    for (const auto& route : routes) {
        const auto name = std::string(route.method) + " " + std::string(route.path);
        EXPECT_EQ(is_public(route), kPublic.contains(name)) << name << ": public routes are named in this test";
        if (!is_public(route)) {
            EXPECT_EQ(domain::identity::permission_problem(route.permission), "") << name;
        }
        for (const auto& who : nobody) {
            const auto path = filled(route, who, who, 0, "x");
            const auto body = body_for(route.body, who.rows);
            const auto response = call(who, route, path, body);
            if (!is_public(route)) {
                EXPECT_EQ(response.status, 401) << told(who, route, path, body, response);
            }
        }
    }
}

TEST_F(Walk, EveryRouteIsRefusedToWhoLacksItsPermissionAndOpenToWhoHoldsIt) {
    for (const auto& route : routes) {
        if (is_public(route)) continue;
        const auto parameters = parameters_of(route);
        for (const auto& who : known) {
            const auto path = filled(route, who, who, 0, "x");
            const auto body = body_for(route.body, who.rows);
            const auto response = call(who, route, path, body);
            const auto reach = who.reach(route.permission);
            if (reach == Reach::none) {
                EXPECT_EQ(response.status, 403) << told(who, route, path, body, response);
            } else {
                EXPECT_NE(response.status, 401) << told(who, route, path, body, response);
            }
            if (reach == Reach::all && !route.path.starts_with("/api/v1/auth/")) {
                EXPECT_NE(response.status, 403) << told(who, route, path, body, response);
            }
            const bool shows_a_row = route.method == "GET" && parameters.size() == 1 && route.path.ends_with("{id}") &&
                                     !table_of(parts_of(route.path), parameters[0], who.rows).empty();
            if (shows_a_row && reach != Reach::none) {
                EXPECT_EQ(response.status, 200) << told(who, route, path, body, response);
            }
        }
    }
}

TEST_F(Walk, ACallersReachEndsWhereSomebodyElsesRowsBegin) {
    for (const auto& route : routes)
        for (const auto at : parameters_of(route))
            for (const auto& who : known) {
                // What is done with a job reaches as far as it is seen: one's own time on a job that one sees.
                const auto table = table_of(parts_of(route.path), at, who.rows);
                auto reach = who.reach(route.permission);
                if (table == "job" && route.permission == "time.log") reach = std::max(reach, who.reach("job.view"));
                const bool is_limited = reach == Reach::self || reach == Reach::own || reach == Reach::team;
                if (is_public(route) || !is_limited || table.empty()) continue;
                const auto path = filled(route, who, colleague, at, "x");
                const auto body = body_for(route.body, who.rows);
                const auto response = call(who, route, path, body);
                EXPECT_TRUE(response.status == 403 || response.status == 404) << told(who, route, path, body, response);
            }
}

TEST_F(Walk, RowsOfAnotherOrganizationAreNotThereForAnybodyAndStayAsTheyAre) {
    const auto before = fingerprint(database, kTheirs);
    for (const auto& route : routes)
        for (const auto at : parameters_of(route))
            for (const auto& who : known)
                for (const auto* other : {&foreign, &unknown}) {
                    if (is_public(route) || who.reach(route.permission) == Reach::none) continue;
                    const auto body = body_for(route.body, who.rows);
                    // Where no table is known, the rows of all of them are tried.
                    std::vector<std::string> tried{"x"};
                    const auto parts = parts_of(route.path);
                    if (parts[at] != "{name}" && table_of(parts, at, who.rows).empty())
                        for (const auto& [table, id] : other->rows) tried.push_back(id);
                    if (parts[at] == "{name}") continue;  // of a queue: all organizations share them
                    for (const auto& any : tried) {
                        const auto path = filled(route, who, *other, at, any);
                        const auto response = call(who, route, path, body);
                        EXPECT_EQ(response.status, 404) << told(who, route, path, body, response);
                    }
                }
    EXPECT_EQ(fingerprint(database, kTheirs), before);
    const auto ours = fingerprint(database, kOurs);
    for (const auto& route : routes)
        for (const auto at : parameters_of(route)) {
            if (is_public(route) || parts_of(route.path)[at] == "{name}") continue;
            const auto path = filled(route, foreign, known.front(), at, known.front().rows.at("job"));
            const auto body = body_for(route.body, foreign.rows);
            const auto response = call(foreign, route, path, body);
            EXPECT_EQ(response.status, 404) << told(foreign, route, path, body, response);
        }
    EXPECT_EQ(fingerprint(database, kOurs), ours);
}

TEST_F(Walk, NoBodyNamesARowOfAnotherOrganization) {
    const auto before = fingerprint(database, kTheirs);
    for (const auto& route : routes)
        for (const auto& field : route.body)
            for (const auto& who : known)
                for (const auto* other : {&foreign, &unknown}) {
                    if (field.type != Type::uuid || field.rules.server || kIgnored.contains(field.name)) continue;
                    if (is_public(route) || who.reach(route.permission) == Reach::none) continue;
                    const auto path = filled(route, who, who, 0, "x");
                    auto body = body_for(route.body, who.rows);
                    body[field.name] = row_for(field.name, other->rows);
                    const auto response = call(who, route, path, body);
                    EXPECT_TRUE(response.status >= 400 && response.status != 401)
                        << told(who, route, path, body, response);
                }
    EXPECT_EQ(fingerprint(database, kTheirs), before);
}

TEST(Doors, ARouteWhosePermissionNobodyHoldsIsClosed) {
    api::kit::Router router({{"GET",
                              "/api/v1/closed",
                              "closed.see",
                              "Closed.",
                              {},
                              [](const auto&, const auto&, auto&) { return core::http::json_response(200, {}); }}},
                            {});
    for (const auto* token : {"", "Bearer ", "Bearer x", "Basic x"}) {
        core::http::Request request{.method = "GET", .path = "/api/v1/closed", .id = "r"};
        if (*token != 0) request.headers.emplace_back("authorization", token);
        EXPECT_EQ(router.answer(request).status, 401) << token;
    }
}

}  // namespace
}  // namespace nightshift::tests::walk
