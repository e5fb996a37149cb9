// http.request against our own door: what each answer means for the run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "core/error/error.h"
#include "core/http/server.h"
#include "tests/kit/fake_run.h"
#include "workers/integrations/http_request.h"

namespace nightshift::tests {
namespace {

namespace http = core::http;
namespace json = core::json;
using json::object;
using namespace std::chrono_literals;

const std::string kSecret = "deep-secret-0123456789";
const std::string kSettings = R"(
http:
  allow_private: [127.0.0.1]
  credentials:
    - {name: here, value: Bearer )" +
                              kSecret + R"(, hosts: [127.0.0.1]}
    - {name: elsewhere, value: )" +
                              kSecret + R"(, hosts: [example.com], header: X-Key}
)";

class HttpRequest : public testing::Test {
protected:
    HttpRequest()
        : server({.port = 0, .threads = 2}, [this](const http::Request& request) { return serve(request); }) {}

    http::Response serve(const http::Request& request) {
        const std::lock_guard lock(mutex);
        seen.push_back(request);
        return answer;
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()) + "/hook?x=1"; }
    queue::Outcome call(object args) {
        args.emplace("url", url());
        return run.work(workers::integrations::http_request::kind, std::move(args));
    }
    queue::Outcome call_answered(http::Response with, object args = {}) {
        {
            const std::lock_guard lock(mutex);
            answer = std::move(with);
        }
        return call(std::move(args));
    }
    object result(const queue::Outcome& outcome) {
        const auto* done = std::get_if<queue::Done>(&outcome);
        EXPECT_NE(done, nullptr) << "expected Done, got outcome " << outcome.index();
        return done == nullptr ? object{} : done->result.as_object();
    }

    FakeRun run{kSettings};
    std::mutex mutex;
    std::vector<http::Request> seen;
    http::Response answer{.body = "fine", .content_type = "text/plain", .headers = {{"ETag", "\"7\""}, {"X-Own", "a"}}};
    http::Server server;
};

TEST_F(HttpRequest, sends_what_it_is_told_and_keeps_the_answer) {
    const auto kept = result(call({{"method", "post"}, {"body", {{"a", 1}}}, {"headers", {{"X-One", "eins"}}}}));
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].method + seen[0].body, R"(POST{"a":1})");
    EXPECT_EQ(seen[0].header("content-type"), "application/json");
    EXPECT_EQ(seen[0].header("x-one"), "eins");
    EXPECT_EQ(seen[0].header("idempotency-key"), run.id());
    EXPECT_EQ(kept.at("status").to_number<int>(), 200);
    EXPECT_EQ(kept.at("body").as_string(), "fine");
    EXPECT_EQ(kept.at("headers").at("etag").as_string(), "\"7\"");
    EXPECT_FALSE(kept.at("headers").as_object().contains("x-own"));
    result(call({{"method", "PUT"}, {"body", "text"}}));
    EXPECT_EQ(seen[1].body, "text");
    EXPECT_TRUE(seen[1].header("content-type").starts_with("text/plain"));
}

TEST_F(HttpRequest, a_status_decides_whether_to_try_again) {
    const auto outcome = [&](int status) { return call_answered({.status = status, .body = "said \"no\""}); };
    for (const int status : {500, 502, 503, 408, 425, 429})
        EXPECT_TRUE(std::holds_alternative<queue::Retry>(outcome(status))) << status;
    for (const int status : {302, 400, 401, 404, 410, 422})
        EXPECT_TRUE(std::holds_alternative<queue::Permanent>(outcome(status))) << status;
    for (const int status : {200, 201, 202})
        EXPECT_TRUE(std::holds_alternative<queue::Done>(outcome(status))) << status;
    const auto dead = std::get<queue::Permanent>(outcome(404));
    EXPECT_EQ(dead.error_class, "http_404");
    EXPECT_NE(dead.message.find("got status 404: \"said 'no'\""), std::string::npos) << dead.message;
    EXPECT_EQ(dead.message.find("x=1"), std::string::npos) << "a query may hold secrets";
}

TEST_F(HttpRequest, the_caller_may_say_which_status_is_success) {
    EXPECT_TRUE(std::holds_alternative<queue::Done>(call_answered({.status = 404}, {{"expect_status", {404, 410}}})));
    EXPECT_TRUE(std::holds_alternative<queue::Done>(call_answered({.status = 404}, {{"expect_status", 404}})));
    EXPECT_TRUE(std::holds_alternative<queue::Permanent>(call_answered({.status = 200}, {{"expect_status", 404}})));
}

TEST_F(HttpRequest, who_asks_for_time_is_given_it) {
    const auto pause = [&](int status, const char* after) {
        const auto outcome = call_answered({.status = status, .headers = {{"Retry-After", after}}});
        const auto* throttled = std::get_if<queue::Throttled>(&outcome);
        return throttled == nullptr ? -1ms : throttled->after;
    };
    EXPECT_EQ(pause(429, "120"), 120s);
    EXPECT_EQ(pause(503, "7"), 7s);
    EXPECT_EQ(pause(503, "0"), 1s);
    EXPECT_EQ(pause(503, "99999999999"), 24h);
    EXPECT_EQ(pause(500, "7"), -1ms);
    EXPECT_EQ(pause(429, "soon"), -1ms);
}

TEST_F(HttpRequest, what_goes_wrong_on_the_way_is_tried_again) {
    const auto free_port = http::Server({.port = 0}, [](const auto&) { return http::Response{}; }).port();
    const auto outcome =
        run.work(workers::integrations::http_request::kind, {{"url", "http://127.0.0.1:" + std::to_string(free_port)}});
    const auto& retry = std::get<queue::Retry>(outcome);
    EXPECT_EQ(retry.error_class, "http_connect");
    EXPECT_NE(retry.message.find("(sent: no)"), std::string::npos);
}

TEST_F(HttpRequest, private_addresses_are_refused_unless_the_configuration_lists_them) {
    FakeRun strict("");
    const auto outcome = strict.work(workers::integrations::http_request::kind, {{"url", url()}});
    EXPECT_EQ(std::get<queue::Permanent>(outcome).error_class, "http_guard");
    EXPECT_TRUE(seen.empty());
}

TEST_F(HttpRequest, a_credential_goes_to_its_hosts_only_and_never_comes_back) {
    answer.body = "you sent Bearer " + kSecret + " and " + kSecret;
    const auto kept = result(call({{"credential", "here"}}));
    EXPECT_EQ(seen[0].header("authorization"), "Bearer " + kSecret);
    EXPECT_EQ(kept.at("body").as_string(), "you sent *** and ***");
    const auto told =
        std::get<queue::Permanent>(call_answered({.status = 404, .body = kSecret}, {{"credential", "here"}}));
    EXPECT_EQ(told.message.find(kSecret), std::string::npos);
    EXPECT_EQ(std::get<queue::Permanent>(call({{"credential", "elsewhere"}})).error_class, "credential_not_for_host");
    EXPECT_EQ(std::get<queue::Permanent>(call({{"credential", "nowhere"}})).error_class, "unknown_credential");
    EXPECT_EQ(seen.size(), 2U);
}

TEST_F(HttpRequest, a_secret_at_the_cut_of_a_long_body_is_hidden_too) {
    for (const int before : {65530, 65536 - 1, 65536 + 5}) {
        const auto body = kSecret + std::string(static_cast<std::size_t>(before), 'x') + kSecret + "more";
        const auto kept = result(call_answered({.body = body}, {{"credential", "here"}}));
        EXPECT_EQ(kept.at("body").as_string().find("dee"), std::string::npos) << before;
        EXPECT_TRUE(kept.at("truncated").as_bool());
    }
}

TEST_F(HttpRequest, long_and_binary_bodies_are_kept_in_part_and_in_base64) {
    const auto cut = result(call_answered({.body = "a" + std::string(65534, 'x') + "ü" + std::string(1U << 20U, 'y')}));
    EXPECT_EQ(cut.at("body").as_string().size(), 65535U) << "no half characters";
    EXPECT_TRUE(cut.at("truncated").as_bool());
    const auto binary = result(call_answered({.body = std::string("\0\xff\xfe", 3)}));
    EXPECT_EQ(binary.at("body_base64").as_string(), "AP/+");
    EXPECT_FALSE(binary.contains("body"));
}

TEST_F(HttpRequest, arguments_are_checked_before_anything_is_sent) {
    const auto refused = [&](object args, const char* part) {
        try {
            call(args);
            ADD_FAILURE() << json::text(args);
        } catch (const core::Error& error) {
            EXPECT_EQ(error.code(), core::Code::validation);
            EXPECT_THAT(error.what(), testing::HasSubstr(part));
        }
    };
    refused({{"url", "ftp://127.0.0.1"}}, "args.url");
    refused({{"url", "http://user:pass@127.0.0.1"}}, "args.url");
    refused({{"headers", {{"Authorization", "Bearer x"}}}}, "credential");
    refused({{"headers", {{"X-One", "a\r\nX-Two: b"}}}}, "line breaks");
    refused({{"headers", {{"Transfer-Encoding", "chunked"}}}}, "args.headers");
    refused({{"headers", {{"X-One", 1}}}}, "expected a text");
    refused({{"method", "TRACE"}}, "args.method");
    refused({{"expect_status", "200"}}, "args.expect_status");
    refused({{"expect_status", json::array{}}}, "args.expect_status");
    refused({{"timeout", "2h"}}, "args.timeout");
    EXPECT_TRUE(seen.empty());
}

TEST_F(HttpRequest, a_run_that_is_asked_to_stop_stops) {
    run.source.request_stop();
    EXPECT_TRUE(std::holds_alternative<queue::Cancelled>(call({})));
}

}  // namespace
}  // namespace nightshift::tests
