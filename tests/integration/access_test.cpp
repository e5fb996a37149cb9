// Who may: people's addresses, roles, API keys, the organization; and what answers and histories tell of a change and
// of what went wrong inside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/error/error.h"
#include "core/time/time.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/command.h"

namespace nightshift::tests::access {
namespace {

namespace json = core::json;

class Access : public ApiFixture {};

TEST_F(Access, AnAddressOfAPersonIsCheckedBeforeItIsWritten) {
    for (const auto* bad :
         {"x", "ada@", "@example.org", "ada@example", "a b@example.org", "ada@@example.org", "ada@.org"}) {
        const auto answer = call(admin, "POST", "/api/v1/users",
                                 R"({"email":")" + std::string(bad) + R"(","password":"correct horse"})");
        EXPECT_EQ(answer.status, 400) << bad << " " << answer;
        EXPECT_EQ(answer.fields(), std::set<std::string>{"email"}) << answer;
    }
    EXPECT_EQ(call(admin, "POST", "/api/v1/users", R"({"email":"ada@example.org","password":"correct horse"})").status,
              201);
}

TEST_F(Access, ARoleHoldsPermissionsThatExistOnly) {
    const auto make = [&](const std::string& permissions) {
        return call(admin, "POST", "/api/v1/roles", R"({"name":"r","title":"R","permissions":[)" + permissions + "]}");
    };
    const auto unknown = make(R"("job.view","job.vieww")");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_EQ(unknown.fields(), std::set<std::string>{"permissions"}) << unknown;
    EXPECT_NE(json::text(unknown.body).find("did you mean"), std::string::npos) << unknown;
    EXPECT_EQ(make(R"("job.view:everywhere")").status, 400);
    EXPECT_EQ(make(R"("*")").status, 400);
    EXPECT_EQ(make(R"("job.view:own","job.create")").status, 201);
}

TEST_F(Access, ARoleThatSomebodyHoldsStays) {
    const auto role =
        call(admin, "POST", "/api/v1/roles", R"({"name":"guest","title":"G","permissions":["job.view:own"]})");
    const auto [token, user, address] = person("member");
    ASSERT_EQ(call(admin, "PATCH", "/api/v1/users/" + user, R"({"role":"guest"})").status, 200);
    const auto refused = call(admin, "DELETE", "/api/v1/roles/" + role.at("id"));
    EXPECT_EQ(refused.status, 409) << refused;
    EXPECT_EQ(call(admin, "GET", "/api/v1/roles/" + role.at("id")).status, 200);
    ASSERT_EQ(call(admin, "PATCH", "/api/v1/users/" + user, R"({"role":"member"})").status, 200);
    EXPECT_EQ(call(admin, "DELETE", "/api/v1/roles/" + role.at("id")).status, 204);
}

TEST_F(Access, ApiKeysAreShownOnceAndMayLessThanTheirPerson) {
    const auto made =
        call(admin, "POST", "/api/v1/api-keys", R"({"name":"ci","permissions":["organization.view","user.list"]})");
    ASSERT_EQ(made.status, 201) << made;
    const auto key = made.at("key"), path = "/api/v1/api-keys/" + made.at("id");
    EXPECT_TRUE(key.starts_with("nsk_"));
    EXPECT_EQ(call(key, "GET", kDepartments).status, 200);
    EXPECT_EQ(call(key, "GET", "/api/v1/users").status, 200);
    EXPECT_EQ(call(key, "POST", kDepartments, R"({"name":"x"})").status, 403);
    EXPECT_EQ(call(key, "GET", "/api/v1/api-keys").status, 403);
    for (const auto* target : {"/api/v1/api-keys", path.c_str()}) {
        const auto shown = json::text(call(admin, "GET", target).body);
        EXPECT_EQ(shown.find(key), std::string::npos) << shown;
        EXPECT_EQ(shown.find("hash"), std::string::npos) << shown;
    }
    EXPECT_NE(call(admin, "GET", path).at("last_used_at"), "null");
    EXPECT_EQ(call(admin, "PATCH", path, R"({"name":"ci two","expires_at":"2100-01-01T00:00:00Z"})").at("name"),
              "ci two");
    EXPECT_EQ(call(admin, "PATCH", path, R"({"expires_at":"2001-01-01T00:00:00Z"})").status, 400);
    EXPECT_EQ(database.number("select count(*) from audit_log a where a::text like '%" + key +
                              "%' or a.changed ? 'token_hash'"),
              0);
    EXPECT_EQ(call(admin, "DELETE", path).status, 204);
    EXPECT_EQ(call(key, "GET", kDepartments).status, 401);
}

TEST_F(Access, NobodyMakesAKeyThatMayMoreThanThemselvesNorSeesThoseOfOthers) {
    const auto member = person("member").token, other = person("member").token;
    EXPECT_EQ(call(member, "POST", "/api/v1/api-keys", R"({"name":"k","permissions":["org.manage"]})").status, 422);
    EXPECT_EQ(call(member, "POST", "/api/v1/api-keys", R"({"name":"k","permissions":["no.such"]})").status, 400);
    const auto made = call(member, "POST", "/api/v1/api-keys", R"({"name":"k"})");
    ASSERT_EQ(made.status, 201) << made;
    const auto path = "/api/v1/api-keys/" + made.at("id");
    EXPECT_EQ(call(other, "GET", path).status, 404);
    EXPECT_EQ(call(other, "DELETE", path).status, 404);
    EXPECT_EQ(call(admin, "GET", path).status, 200) << "an administrator sees and ends them";
    const auto narrow =
        call(admin, "POST", "/api/v1/api-keys", R"({"name":"n","permissions":["api_key.manage","job.view:own"]})");
    ASSERT_EQ(narrow.status, 201) << narrow;
    const auto child = call(narrow.at("key"), "POST", "/api/v1/api-keys", R"({"name":"c"})");
    ASSERT_EQ(child.status, 201) << child;
    EXPECT_EQ(call(child.at("key"), "GET", "/api/v1/users").status, 403) << "no wider than the key that made it";
    const auto wide = call(narrow.at("key"), "POST", "/api/v1/api-keys", R"({"name":"w","permissions":["job.view"]})");
    ASSERT_EQ(wide.status, 201) << wide;
    EXPECT_EQ(json::text(wide.body.at("permissions")), R"(["job.view:own"])");
}

TEST_F(Access, TheOrganizationIsShownToAllAndChangedByItsAdministrator) {
    const auto member = person("member").token;
    const auto seen = call(member, "GET", "/api/v1/organization");
    EXPECT_EQ(seen.at("name"), "Here");
    EXPECT_EQ(call(member, "PATCH", "/api/v1/organization", R"({"name":"Mine"})").status, 403);
    EXPECT_EQ(call(admin, "PATCH", "/api/v1/organization", R"({"time_zone":"Europe/Pari"})").status, 400);
    const auto changed =
        call(admin, "PATCH", "/api/v1/organization",
             R"({"name":"Now","time_zone":"Europe/Paris","settings":{"week_starts":"monday","theme":"dark"}})");
    ASSERT_EQ(changed.status, 200) << changed;
    const auto merged = call(admin, "PATCH", "/api/v1/organization", R"({"settings":{"theme":null}})");
    EXPECT_EQ(json::text(merged.body.at("settings")), R"({"week_starts":"monday"})");
    EXPECT_EQ(merged.at("name"), "Now");
    EXPECT_EQ(call(admin, "PATCH", "/api/v1/organization", R"({"name":"x"})", {{"if-match", "\"1\""}}).status, 409);
    EXPECT_EQ(database.one("select name from organization where id = '" + kThere + "'"), "There");
    EXPECT_EQ(database.number("select count(*) from audit_log where subject = 'organization' and action = 'updated' "
                              "and organization_id = '" +
                              kHere + "'"),
              2);
}

TEST_F(Access, ForWhichRequestSomethingChangedIsWrittenDown) {
    department("Support");
    EXPECT_EQ(database.one("select request_id from audit_log where subject = 'department'"), "r");
    EXPECT_EQ(database.number("select count(*) from audit_log where reason is not null"), 0);
}

TEST_F(Access, ErrorsOfTheDatabaseTellClientsNothingOfIt) {
    database.one("alter table department add constraint department_rule check (name <> 'provoked secret')");
    database.one(
        "create function burst() returns trigger language plpgsql as $$ begin raise exception 'inner secret of %', "
        "tg_table_name; end $$");
    const auto broken = department("provoked secret");
    database.one("create trigger burst before insert on department for each row execute function burst()");
    const auto raised = department("raised");
    database.one("alter table department rename to department_gone");
    const auto gone = department("gone");
    for (const auto& answer : {broken, raised, gone}) {
        const auto text = json::text(answer.body);
        EXPECT_GE(answer.status, 400) << answer;
        for (const auto* inner :
             {"secret", "insert", "select", "ERROR", "relation", "PL/pgSQL", "postgres", "Failing row"})
            EXPECT_EQ(text.find(inner), std::string::npos) << inner << " in " << answer;
        EXPECT_EQ(answer.at("request_id"), "r");
    }
}

TEST_F(Access, KeysAreMadeAndTurnedOverByCommand) {
    const auto user = person("member").id;
    const auto email = database.one("select email from app_user where id = '" + user + "'");
    const auto ask = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--config", "/dev/null"});
        return run_command(arguments, {{"NIGHTSHIFT_DATABASE__URL", database.url()}});
    };
    auto made = ask({"api-keys", "make", "--user", email, "--name", "ci", "--permission", "organization.view"});
    ASSERT_EQ(made.code, 0) << made.err;
    made.out.pop_back();
    EXPECT_EQ(call(made.out, "GET", kDepartments).status, 200);
    EXPECT_EQ(call(made.out, "GET", "/api/v1/jobs").status, 403);
    EXPECT_NE(ask({"api-keys", "make", "--user", "nobody@example.org", "--name", "ci"}).err.find("nobody"),
              std::string::npos);
    EXPECT_NE(ask({"api-keys", "make", "--user", email, "--name", "ci", "--permission", "job.vieww"})
                  .err.find("did you mean"),
              std::string::npos);
    const auto before = call(std::string{}, "GET", "/.well-known/jwks.json");
    const auto turned = ask({"signing-keys", "rotate"});
    EXPECT_EQ(turned.code, 0) << turned.err;
    EXPECT_NE(turned.out.find("signs"), std::string::npos) << turned.out;
    EXPECT_NE(turned.out.find("verifies until"), std::string::npos) << turned.out;
    EXPECT_NE(turned.out.find(std::string(before.body.at("keys").at(0).at("kid").as_string())), std::string::npos)
        << turned.out;
}

}  // namespace
}  // namespace nightshift::tests::access
