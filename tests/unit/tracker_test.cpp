// The error tracker: what a DSN is, and that errors of the log arrive as envelopes without holding anybody up.
#include "core/errors/tracker.h"

#include <gtest/gtest.h>

#include <mutex>
#include <vector>

#include "core/http/server.h"
#include "core/json/json.h"
#include "core/log/context.h"
#include "core/log/log.h"
#include "tests/kit/eventually.h"

namespace nightshift::core::errors {
namespace {

using namespace std::chrono_literals;

TEST(Dsn, SaysWhereEnvelopesGo) {
    const std::pair<const char*, const char*> good[] = {
        {"https://abc123@o1.ingest.example.org/42", "https://o1.ingest.example.org/api/42/envelope/"},
        {"http://abc123@localhost:9000/7", "http://localhost:9000/api/7/envelope/"},
        {"https://abc123:secret@errors.example.org/behind/a/proxy/7",
         "https://errors.example.org/behind/a/proxy/api/7/envelope/"},
    };
    for (const auto& [text, url] : good) {
        const auto dsn = parse_dsn(text);
        ASSERT_TRUE(dsn) << text;
        EXPECT_EQ(dsn->key, "abc123");
        EXPECT_EQ(dsn->envelope_url, url);
    }
    for (const auto* bad :
         {"", "https://errors.example.org/7", "https://@errors.example.org/7", "ftp://k@h/7", "https://k@h",
          "https://k@h/", "https://k@/7", "https://k y@h/7", "https://k@h/7?x=1", "https://k@h\r\nX: y/7"})
        EXPECT_FALSE(parse_dsn(bad)) << bad;
}

/// A tracker's door that keeps what it is told.
class Errors : public testing::Test {
protected:
    http::Response take(const http::Request& request) {
        const std::lock_guard lock(mutex);
        bodies.push_back(request.body);
        heads.emplace_back(std::string(request.header("x-sentry-auth")) + " " + request.path);
        return {.status = status, .body = "{}", .headers = {{"Retry-After", "3600"}}};
    }
    std::size_t count() {
        const std::lock_guard lock(mutex);
        return bodies.size();
    }
    json::object event(std::size_t at) {
        const std::lock_guard lock(mutex);
        const auto& body = bodies.at(at);
        const auto second = body.find('\n', body.find('\n') + 1);
        EXPECT_EQ(json::parse_object(body.substr(0, body.find('\n'))).count("event_id"), 1U);
        return json::parse_object(body.substr(second + 1, body.find('\n', second + 1) - second - 1));
    }
    TrackerSettings settings() {
        return {.dsn = *parse_dsn("http://key@127.0.0.1:" + std::to_string(server.port()) + "/7"),
                .release = "1.2.3",
                .environment = "production",
                .server = "night"};
    }

    std::mutex mutex;
    std::vector<std::string> bodies, heads;
    int status = 200;
    http::Server server{{.host = "127.0.0.1", .port = 0, .threads = 1},
                        [this](const http::Request& request) { return take(request); }};
};

TEST_F(Errors, AreToldWithWhatTheirLineSays) {
    const Tracker tracker(settings());
    log::warn("not.one", {{"error", "x"}});
    const log::Context about([](const log::Tell& tell) { tell("request_id", "abc"); });
    log::error("request.failed", {{"path", "/jobs"}, {"error", "no \"luck\""}});
    ASSERT_TRUE(tests::eventually([&] { return count() == 1; }));
    const auto told = event(0);
    EXPECT_EQ(told.at("level"), "error");
    EXPECT_EQ(told.at("message").at("formatted"), "request.failed: no \"luck\"");
    EXPECT_EQ(told.at("extra").at("request_id"), "abc");
    EXPECT_EQ(told.at("tags").at("path"), "/jobs");
    EXPECT_EQ(told.at("release"), "nightshift@1.2.3");
    EXPECT_EQ(told.at("environment"), "production");
    EXPECT_EQ(std::string(told.at("event_id").as_string()).size(), 32U);
    EXPECT_NE(heads.front().find("sentry_key=key"), std::string::npos);
    EXPECT_NE(heads.front().find(" /api/7/envelope/"), std::string::npos);
}

TEST_F(Errors, OfOneKindAreToldOnceInAWhile) {
    {
        const Tracker tracker(settings());
        for (int i = 0; i < 50; ++i) log::error("run.dead", {{"kind", "a"}});
        log::error("run.dead", {{"kind", "b"}});
    }
    EXPECT_EQ(count(), 2U) << "and what waits is sent before the end";
}

TEST_F(Errors, AreKeptFromATrackerThatWantsNone) {
    status = 429;
    const Tracker tracker(settings());
    log::error("one");
    ASSERT_TRUE(tests::eventually([&] { return tracker.counts().lost == 1; }));
    log::error("two");
    ASSERT_TRUE(tests::eventually([&] { return tracker.counts().lost == 2; }));
    EXPECT_EQ(count(), 1U);
}

TEST_F(Errors, NeverHoldUpWhoLogsThem) {
    auto nowhere = settings();
    nowhere.dsn.envelope_url = "http://127.0.0.1:1/api/7/envelope/";
    const auto began = std::chrono::steady_clock::now();
    {
        const Tracker tracker(nowhere);
        for (int i = 0; i < 1000; ++i) log::error("event." + std::to_string(i));
        EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
        ASSERT_TRUE(tests::eventually([&] { return tracker.counts().lost > 0; }));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
    log::error("nobody.hears");
    EXPECT_EQ(count(), 0U);
}

}  // namespace
}  // namespace nightshift::core::errors
