// Many runs at once over the API: what matches is found, counted, cancelled and tried again.
#include <gtest/gtest.h>

#include <memory>

#include "core/json/json.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"
#include "tests/kit/operator.h"
#include "tests/kit/program.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;

class Actions : public testing::Test {
protected:
    void SetUp() override {
        let_operator_in(database.pool());
        program = std::make_unique<Program>(ProgramSettings{.database_url = database.url(), .queue = "served"});
        ASSERT_TRUE(program->ready());
    }
    json::value call(int status, const std::string& method, const std::string& path, const std::string& body = {}) {
        const auto answer = program->call(method, "/api/v1" + path, body);
        EXPECT_EQ(answer.status, status) << path << " " << answer.body;
        return json::parse(answer.body);
    }
    void submit(const std::string& kind, const std::string& more, int status = 202) {
        call(status, "POST", "/runs", R"({"kind":")" + kind + '"' + more + "}");
    }
    json::value act(const std::string& body) { return call(200, "POST", "/runs/actions", body); }

    Database database;
    std::unique_ptr<Program> program;
};

TEST_F(Actions, cancel_what_matches_and_tell_first_how_many_that_are) {
    database.one("insert into queue (name) values ('nobody-serves-it')");
    for (int i = 0; i < 5; ++i) submit("diagnostic.echo", R"(,"queue":"nobody-serves-it")");
    submit("diagnostic.echo", R"(,"queue":"served","not_before":"2099-01-01T00:00:00Z")");
    const std::string filter = R"("filter":{"queue":"nobody-serves-it"})";
    const auto dry = act(R"({"action":"cancel","dry_run":true,)" + filter + "}");
    EXPECT_EQ(dry.at("matched"), 5);
    EXPECT_EQ(dry.at("changed"), 0);
    EXPECT_EQ(database.number("select count(*) from run"), 6);
    const auto some = act(R"({"action":"cancel","limit":3,"reason":"not needed",)" + filter + "}");
    EXPECT_EQ(some.at("changed"), 3);
    EXPECT_EQ(some.at("remaining"), 2);
    EXPECT_EQ(act(R"({"action":"cancel",)" + filter + "}").at("changed"), 2);
    EXPECT_EQ(act(R"({"action":"cancel",)" + filter + "}").at("matched"), 0);
    EXPECT_EQ(database.number("select count(*) from run_event where event = 'cancelled' and actor <> 'system'"), 5);
    EXPECT_EQ(database.number("select count(*) from run"), 1) << "what does not match stays";
}

TEST_F(Actions, try_again_what_ended_badly_and_only_once) {
    for (int i = 0; i < 3; ++i)
        submit("diagnostic.fail", R"(,"queue":"served","max_attempts":1,"args":{"message":"no paper"})");
    ASSERT_TRUE(
        eventually([&] { return database.number("select count(*) from run_archive where state = 'dead'") == 3; }));
    const auto listed = call(200, "GET", "/runs?state=dead&q=PAPER&created_after=2020-01-01T00:00:00Z");
    EXPECT_EQ(listed.as_array().size(), 3U) << json::text(listed);
    EXPECT_EQ(call(200, "GET", "/runs?created_before=2020-01-01T00:00:00Z").as_array().size(), 0U);
    call(400, "GET", "/runs?created_after=yesterday");
    const std::string body = R"({"action":"retry","filter":{"kind":"diagnostic.fail","q":"paper"}})";
    EXPECT_EQ(act(body).at("changed"), 3);
    ASSERT_TRUE(
        eventually([&] { return database.number("select count(*) from run_archive where state = 'dead'") == 6; }));
    EXPECT_EQ(act(body).at("changed"), 3) << "the new ones; the old ones were tried again already";
}

TEST_F(Actions, want_a_condition_and_a_known_queue) {
    call(400, "POST", "/runs/actions", R"({"action":"cancel","filter":{}})");
    call(400, "POST", "/runs/actions", R"({"action":"cancel","filter":{"colour":"red"}})");
    submit("diagnostic.echo", R"(,"queue":"no-such-queue")", 400);
    EXPECT_EQ(database.number("select count(*) from run"), 0);
}

}  // namespace
}  // namespace nightshift::tests
