// Resources over the router with every route there is, against a real database: what docs/how-to/add-a-resource.md says
// of all of them holds for departments, people and the configuration of jobs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "api/kit/cursor.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "tests/kit/api_fixture.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;
using json::object;
using testing::HasSubstr;
using testing::IsEmpty;

class Resources : public ApiFixture {
protected:
    std::vector<std::string> names(const std::string& target) {
        const auto answer = call(admin, "GET", target);
        EXPECT_EQ(answer.status, 200) << target << " " << answer;
        std::vector<std::string> out;
        if (answer.body.is_array())
            for (const auto& one : answer.body.as_array()) out.emplace_back(one.at("name").as_string());
        return out;
    }
};
using Names = std::vector<std::string>;

TEST_F(Resources, AreCreatedShownChangedAndDeleted) {
    const auto made = department("Support", R"(,"description":"First answer")");
    ASSERT_EQ(made.status, 201) << made;
    const auto item = made.header("Location");
    EXPECT_EQ(item, kDepartments + "/" + made.at("id"));
    EXPECT_EQ(made.header("ETag"), "\"1\"");
    EXPECT_EQ(call(admin, "GET", item).body, made.body);
    const auto changed = call(admin, "PATCH", item, R"({"description":null})");
    EXPECT_EQ(changed.status, 200) << changed;
    EXPECT_EQ(changed.at("description"), "null");
    EXPECT_EQ(changed.at("name"), "Support");
    EXPECT_EQ(changed.header("ETag"), "\"2\"");
    EXPECT_EQ(call(admin, "PUT", item, R"({"description":"PUT merges too"})").at("name"), "Support");
    EXPECT_EQ(call(admin, "DELETE", item).status, 204);
    for (const auto* method : {"GET", "DELETE"}) EXPECT_EQ(call(admin, method, item).status, 404) << method;
    EXPECT_EQ(call(admin, "PATCH", item, R"({"name":"x"})").status, 404);
    EXPECT_THAT(names(kDepartments), IsEmpty());
    EXPECT_EQ(department("Support").status, 201) << "the name is free again";
}

TEST_F(Resources, TellEveryProblemOfABodyAtOnceAndSuggest) {
    const auto answer =
        call(admin, "POST", kDepartments, R"({"descripton":"x","manager_user_id":"no uuid","manager_name":"x"})");
    EXPECT_EQ(answer.status, 400) << answer;
    EXPECT_EQ(answer.fields(), (std::set<std::string>{"name", "descripton", "manager_user_id", "manager_name"}))
        << answer;
    EXPECT_THAT(json::text(answer.body), HasSubstr("description"));
    EXPECT_EQ(call(admin, "PATCH", department("A").header("Location"), R"({"name":null})").status, 400);
}

TEST_F(Resources, NameTheFieldThatSomebodyHasAlready) {
    department("Support");
    const auto answer = department("SUPPORT");
    EXPECT_EQ(answer.status, 409) << answer;
    EXPECT_EQ(answer.fields(), std::set<std::string>{"name"});
}

TEST_F(Resources, ReferToWhatIsThereAndOursOnly) {
    const auto stranger = person("member", false).id;
    for (const auto& id : {core::time::uuid7(), stranger}) {
        const auto answer = department("Support", R"(,"manager_user_id":")" + id + '"');
        EXPECT_EQ(answer.status, 422) << answer;
        EXPECT_EQ(answer.fields(), std::set<std::string>{"manager_user_id"});
    }
}

TEST_F(Resources, OfAnotherOrganizationAreNotThere) {
    const auto item = department("Support").header("Location");
    const auto stranger = person("admin", false).token;
    EXPECT_EQ(call(stranger, "GET", item).status, 404);
    EXPECT_EQ(call(stranger, "PATCH", item, R"({"name":"Mine"})").status, 404);
    EXPECT_EQ(call(stranger, "DELETE", item).status, 404);
    EXPECT_EQ(call(stranger, "GET", kDepartments).body, json::array());
    EXPECT_EQ(call(admin, "GET", item).at("name"), "Support");
}

TEST_F(Resources, AreNotChangedByWhoSawAnOlderVersionNorSentTwice) {
    const auto item = department("Support").header("Location");
    EXPECT_EQ(call(admin, "PATCH", item, R"({"name":"Help"})", {{"if-match", "\"1\""}}).status, 200);
    EXPECT_EQ(call(admin, "PATCH", item, R"({"name":"Desk"})", {{"if-match", "\"1\""}}).status, 409);
    EXPECT_EQ(call(admin, "DELETE", item, {}, {{"if-match", "\"1\""}}).status, 409);
    EXPECT_EQ(call(admin, "GET", item, {}, {{"if-none-match", "\"2\""}}).status, 304);
    EXPECT_EQ(call(admin, "GET", item, {}, {{"if-none-match", "\"1\""}}).status, 200);
}

TEST_F(Resources, HaveAHistoryThatSaysWhoAndWhat) {
    const auto made = department("Support");
    call(admin, "PATCH", made.header("Location"), R"({"name":"Help"})");
    const auto row = "from audit_log where action = 'updated' and subject_id = '" + made.at("id") + "'";
    EXPECT_EQ(database.one("select actor " + row), "user:" + gate.identify(admin.token).user);
    EXPECT_EQ(database.one("select changed " + row), R"({"name": ["Support", "Help"]})");
    EXPECT_EQ(database.one("select organization_id " + row), kHere);
}

TEST_F(Resources, AreFilteredSearchedAndOrdered) {
    const auto manager = person("manager").id;
    department("Alpha", R"(,"description":"100%","manager_user_id":")" + manager + '"');
    department("Beta", R"(,"description":"1000")");
    department("Gamma");
    EXPECT_EQ(names(kDepartments + "?name=Beta"), Names{"Beta"});
    EXPECT_EQ(names(kDepartments + "?name=Beta,Gamma"), (Names{"Beta", "Gamma"}));
    EXPECT_EQ(names(kDepartments + "?manager_user_id=null"), (Names{"Beta", "Gamma"}));
    EXPECT_EQ(names(kDepartments + "?manager_user_id=null," + manager), (Names{"Alpha", "Beta", "Gamma"}));
    EXPECT_EQ(names(kDepartments + "?q=ETA"), Names{"Beta"});
    EXPECT_EQ(names(kDepartments + "?q=0%"), Names{"Alpha"});
    EXPECT_EQ(names(kDepartments + "?order=-name"), (Names{"Gamma", "Beta", "Alpha"}));
    EXPECT_EQ(names(kDepartments + "?order=-created_at&limit=1&skip=1"), Names{"Beta"});
    EXPECT_EQ(call(admin, "GET", kDepartments + "?name=Alpha").body.at(0).at("manager_name"), "manager 2");
}

TEST_F(Resources, AreFilteredByRanges) {
    for (const auto* one :
         {R"({"name":"Low","level":1})", R"({"name":"High","level":3})", R"({"name":"Top","level":5})"})
        ASSERT_EQ(call(admin, "POST", "/api/v1/job-priorities", one).status, 201);
    EXPECT_EQ(names("/api/v1/job-priorities?level_from=3"), (Names{"High", "Top"}));
    EXPECT_EQ(names("/api/v1/job-priorities?level_from=1&level_to=5"), (Names{"Low", "High"}));
    for (const auto* bad : {"x", "1.5", "1-5", "--1", "", "99999999999999999999", "1;select"})
        for (const auto* name : {"level", "level_from"}) {
            const auto answer = call(admin, "GET", std::string("/api/v1/job-priorities?") + name + "=" + bad);
            EXPECT_EQ(answer.status, 400) << name << "=" << bad << " " << answer;
        }
}

TEST_F(Resources, RefuseQueriesTheyDoNotKnow) {
    department("Alpha");
    for (const auto* bad : {"nmae=Alpha", "limit=0", "limit=201", "limit=x", "limit=-1", "skip=-1", "order=description",
                            "order=nothing", "manager_user_id=x", "cursor=x", "cursor=", "password=x"})
        EXPECT_EQ(call(admin, "GET", kDepartments + "?" + bad).status, 400) << bad;
    EXPECT_THAT(json::text(call(admin, "GET", kDepartments + "?nmae=Alpha").body), HasSubstr("did you mean"));
    for (const auto* good : {"limit=1", "limit=200", "skip=1000000"})
        EXPECT_EQ(call(admin, "GET", kDepartments + "?" + good).status, 200) << good;
}

TEST_F(Resources, RefuseCursorsThatAreMadeUp) {
    department("Alpha");
    using api::kit::Cursor;
    for (const auto& made_up :
         {Cursor{"name", {"a", std::nullopt}}, Cursor{"name", {"a", "no uuid"}}, Cursor{"name", {}},
          Cursor{"-name", {"a", core::time::uuid7()}}, Cursor{"name", {core::time::uuid7()}}}) {
        const auto answer = call(admin, "GET", kDepartments + "?cursor=" + api::kit::encode(made_up));
        EXPECT_EQ(answer.status, 400) << answer;
    }
}

TEST_F(Resources, AreWalkedExactlyOnceWhileOthersAreInserted) {
    for (int i = 0; i < 25; ++i)
        department("d" + std::to_string(100 + i), i % 3 == 0 ? std::string{} : R"(,"description":"x")");
    for (const std::string order : {"name", "-name", "created_at", "-created_at", "updated_at,-name"}) {
        std::multiset<std::string> seen;
        std::string cursor;
        do {
            const auto page = call(
                admin, "GET", kDepartments + "?limit=4&order=" + order + (cursor.empty() ? "" : "&cursor=" + cursor));
            ASSERT_EQ(page.status, 200) << page;
            for (const auto& one : page.body.as_array()) seen.emplace(one.at("name").as_string());
            cursor = page.header("X-Next-Cursor");
            EXPECT_EQ(page.header("Link").empty(), cursor.empty());
            department("new " + core::time::uuid7());
        } while (!cursor.empty() && seen.size() < 200);
        for (int i = 0; i < 25; ++i) EXPECT_EQ(seen.count("d" + std::to_string(100 + i)), 1U) << order << " " << i;
        database.one("delete from department where name like 'new %'");
    }
}

TEST_F(Resources, AreChangedAsFarAsOnesReachAndNoFurther) {
    const auto [token, manager, address] = person("manager");
    const auto mine = department("Mine", R"(,"manager_user_id":")" + manager + '"').header("Location");
    const auto other = department("Other").header("Location");
    EXPECT_EQ(call(token, "PATCH", mine, R"({"description":"x"})").status, 200);
    EXPECT_EQ(call(token, "PATCH", other, R"({"description":"x"})").status, 403);
    EXPECT_EQ(call(token, "DELETE", other).status, 403);
    EXPECT_EQ(call(token, "POST", kDepartments, R"({"name":"Nobody's"})").status, 403);
    EXPECT_EQ(call(token, "GET", other).status, 200);
    const auto member = person("member").token;
    EXPECT_EQ(call(member, "PATCH", mine, R"({"description":"x"})").status, 403);
    EXPECT_EQ(call(member, "POST", kDepartments, R"({"name":"x"})").status, 403);
    EXPECT_EQ(call(member, "GET", mine).status, 200);
}

TEST_F(Resources, NeverShowAPassword) {
    const auto made =
        call(admin, "POST", "/api/v1/users", R"({"email":"new@example.org","password":"battery staple"})");
    ASSERT_EQ(made.status, 201) << made;
    for (const auto& answer : {made, call(admin, "GET", made.header("Location")), call(admin, "GET", "/api/v1/users")})
        for (const auto* secret : {"password", "battery", "$2b$"})
            EXPECT_EQ(json::text(answer.body).find(secret), std::string::npos) << secret;
    EXPECT_EQ(made.at("role"), "member");
    EXPECT_EQ(made.at("name"), "new");
    gate.login("new@example.org", "battery staple", {});
}

TEST_F(Resources, TakeRolesByTheNamesTheSeedsUse) {
    int number = 0;
    for (const auto& [given, meant] : {std::pair{"Administrator", "admin"},
                                       {"Team Member", "member"},
                                       {"user", "member"},
                                       {"Sales", "sales_agent"},
                                       {"Viewer", "viewer"}}) {
        const auto answer =
            call(admin, "POST", "/api/v1/users",
                 R"({"email":"r)" + std::to_string(++number) + R"(@example.org","role":")" + given + R"("})");
        EXPECT_EQ(answer.status, 201) << answer;
        EXPECT_EQ(answer.at("role"), meant);
    }
    EXPECT_EQ(call(admin, "POST", "/api/v1/users", R"({"email":"x@example.org","role":"king"})").status, 422);
}

TEST_F(Resources, AreANewVersionWhenARoleChanges) {
    const auto item = "/api/v1/users/" + person("member").id;
    const auto before = call(admin, "GET", item).header("ETag");
    const auto changed = call(admin, "PATCH", item, R"({"role":"viewer"})");
    EXPECT_EQ(changed.at("role"), "viewer") << changed;
    EXPECT_EQ(call(admin, "GET", item, {}, {{"if-none-match", before}}).status, 200);
}

TEST_F(Resources, PeopleChangeThemselvesButNotWhatTheyMay) {
    const auto [token, id, address] = person("member");
    const auto self = "/api/v1/users/" + id, other = "/api/v1/users/" + person("viewer").id;
    EXPECT_EQ(call(token, "PATCH", self, R"({"phone":"123"})").status, 200);
    EXPECT_EQ(call(token, "PUT", self, R"({"phone":"124"})").status, 200);
    for (const auto* body : {R"({"role":"admin"})", R"({"is_active":false})", R"({"password":"battery staple"})"})
        EXPECT_EQ(call(token, "PATCH", self, body).status, 403) << body;
    EXPECT_EQ(call(token, "GET", other).status, 404);
    EXPECT_EQ(call(token, "PATCH", other, R"({"phone":"1"})").status, 404);
    EXPECT_EQ(call(token, "GET", "/api/v1/users").status, 403);
}

TEST_F(Resources, AreMadeOnceHoweverOftenARequestComesWithTheSameKey) {
    const Headers key{{"idempotency-key", "\"k-1\""}};
    const auto first = call(admin, "POST", kDepartments, R"({"name":"Once"})", key);
    ASSERT_EQ(first.status, 201) << first;
    const auto again = call(admin, "POST", kDepartments, R"({"name":"Once"})", {{"idempotency-key", "k-1"}});
    EXPECT_EQ(again.status, 201) << again;
    EXPECT_EQ(again.at("id"), first.at("id"));
    EXPECT_EQ(again.header("Location"), first.header("Location"));
    EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
    EXPECT_EQ(call(admin, "POST", kDepartments, R"({"name":"Other"})", key).status, 422);
    EXPECT_EQ(call(admin, "POST", kDepartments, R"({"name":"X"})", {{"idempotency-key", "a b"}}).status, 400);
    const auto other = call(person("admin").token, "POST", kDepartments, R"({"name":"Once"})", key);
    EXPECT_EQ(other.status, 409) << "another caller's key is another key: " << other;
    EXPECT_EQ(database.number("select count(*) from department where name = 'Once'"), 1);
}

TEST_F(Resources, AreMadeByOneOfManyRequestsThatComeAtOnceWithTheSameKey) {
    configure_jobs();
    std::vector<Reply> answers(12);
    {
        std::vector<std::jthread> callers;
        for (auto& answer : answers)
            callers.emplace_back([&] {
                answer = call(admin, "POST", "/api/v1/jobs", R"({"title":"Only one"})", {{"idempotency-key", "j"}});
            });
    }
    for (const auto& answer : answers) EXPECT_TRUE(answer.status == 201 || answer.status == 409) << answer;
    EXPECT_EQ(database.number("select count(*) from job where title = 'Only one'"), 1);
}

TEST_F(Resources, ThatWereRefusedMayBeTriedAgainWithTheSameKeyAndSecretsAreNeverKept) {
    const Headers key{{"idempotency-key", "k-2"}};
    EXPECT_EQ(call(admin, "POST", kDepartments, R"({"nam":"Wrong"})", key).status, 400);
    EXPECT_EQ(call(admin, "POST", kDepartments, R"({"name":"Right"})", key).status, 201);
    const auto* user = R"({"email":"new@example.org","name":"N","password":"correct horse","role":"viewer"})";
    EXPECT_EQ(call(admin, "POST", "/api/v1/users", user, {{"idempotency-key", "k-3"}}).status, 201);
    EXPECT_EQ(database.number("select count(*) from idempotency"), 1);
}

std::string with_ids(std::string path) {
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{'))
        path.replace(open, path.find('}') - open + 1, core::time::uuid7());
    return path;
}

TEST_F(Resources, AreClosedToWhoIsNotKnownWhateverTheRoute) {
    ASSERT_GT(routes.size(), 50U);
    for (const auto& route : routes) {
        if (route.permission.empty()) continue;
        for (const auto* token : {"", "nsk_unknown", "a.b.c"})
            EXPECT_EQ(call(token, std::string(route.method), with_ids(std::string(route.path))).status, 401)
                << route.method << " " << route.path;
    }
    std::set<std::string> open;
    for (const auto& route : routes)
        if (route.permission.empty()) open.emplace(route.path);
    EXPECT_EQ(open, (std::set<std::string>{"/health", "/ready", "/.well-known/jwks.json", "/api/v1/auth/register",
                                           "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/token/refresh",
                                           "/api/v1/attachments/{id}/file", "/api/v1/attachments/upload/{key}",
                                           "/unsubscribe", "/api/v1/ws/notifications/{user_id}"}));
}

TEST_F(Resources, AreNeverChangedByAViewerWhateverTheRoute) {
    const auto viewer = person("viewer").token;
    for (const auto& route : routes) {
        const bool own = route.permission == "account.own" || route.permission == "notification.own" ||
                         route.permission == "api_key.manage";
        if (route.method == "GET" || route.permission.empty() || own) continue;
        const auto status = call(viewer, std::string(route.method), with_ids(std::string(route.path)), "{}").status;
        // Of a person a viewer may change their own, and there nobody else's is to be seen.
        EXPECT_TRUE(status == 403 || (route.permission == "user.update" && status == 404))
            << route.method << " " << route.path << " " << status;
    }
}

}  // namespace
}  // namespace nightshift::tests
