// Limits and pages of other sites, over the router: what clients see of them.
#include <gtest/gtest.h>

#include "api/kit/router.h"
#include "core/error/error.h"
#include "tests/kit/who_shows.h"

namespace nightshift::api::kit {
namespace {

using namespace std::chrono_literals;
using core::http::Request;
using core::http::Response;
using Headers = std::vector<std::pair<std::string, std::string>>;

struct Protected : testing::Test {
    static constexpr const char *kApp = "https://app.example.org", *kFar = "203.0.113.7";

    Handle says(int status) {
        return [this, status](const Request& request, const Caller&, core::json::object&) {
            peer = request.peer;
            return Response{.status = status, .body = "{}"};
        };
    }
    Response ask(const std::string& method, const std::string& path, Headers headers = {},
                 const std::string& from = kFar) {
        headers.emplace_back("authorization", "Bearer secret");
        return router.answer({.method = method, .path = path, .headers = std::move(headers), .peer = from, .id = "r"});
    }
    static std::string header(const Response& response, std::string_view name) {
        std::string all;
        for (const auto& [key, value] : response.headers)
            if (key == name) all += (all.empty() ? "" : ", ") + value;
        return all;
    }
    Access access() {
        auto access = tests::who_shows("secret", "o");
        access.protection = &protection;
        return access;
    }
    std::string peer;
    std::chrono::steady_clock::time_point now{};
    Protection protection{
        {.user = 2, .key = 3, .address = 6, .sign_in = 2, .proxies = {"10.0.0.1", "10.0.0.2"}, .origins = {kApp}},
        [this] { return now; }};
    Router router{{{"GET", "/api/v1/things", "things.see", "All.", {}, says(200)},
                   {"POST", "/api/v1/things", "things.see", "One.", {}, says(201)},
                   {.method = "POST",
                    .path = "/api/v1/auth/login",
                    .permission = "",
                    .doc = "Signs in.",
                    .handle = says(200),
                    .tries_secrets = true}},
                  access()};
};

TEST_F(Protected, AnAddressThatAsksTooOftenIsToldWhenToComeBack) {
    for (int left = 5; left >= 0; --left) {
        const auto answer = ask("GET", "/api/v1/things");
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(header(answer, "RateLimit-Policy"), R"("address";q=6;w=60)");
        EXPECT_EQ(header(answer, "RateLimit"),
                  R"("address";r=)" + std::to_string(left) + ";t=" + std::to_string((6 - left) * 10));
    }
    const auto refused = ask("GET", "/api/v1/things");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "Retry-After"), "10");
    EXPECT_EQ(header(refused, "RateLimit"), R"("address";r=0;t=60)");
    const auto body = core::json::parse_object(refused.body);
    EXPECT_EQ(body.at("error"), "E_RATE_LIMITED");
    EXPECT_EQ(body.at("details").at("retry_after"), 10);
    EXPECT_EQ(body.at("request_id"), "r");
    EXPECT_EQ(ask("GET", "/api/v1/nowhere").status, 429) << "looking for paths counts too";
    EXPECT_EQ(ask("GET", "/api/v1/things", {}, "203.0.113.8").status, 200) << "others go on";
    now += 10s;
    EXPECT_EQ(ask("GET", "/api/v1/things").status, 200);
}

TEST_F(Protected, ThisMachineIsNotLimitedByAddressButWhereItSignsIn) {
    for (int i = 0; i < 50; ++i) EXPECT_EQ(ask("GET", "/api/v1/things", {}, "127.0.0.1").status, 200);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(ask("POST", "/api/v1/auth/login", {}, "127.0.0.1").status, 200);
    const auto refused = ask("POST", "/auth/login", {}, "127.0.0.1");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "Retry-After"), "30");
    EXPECT_EQ(header(refused, "RateLimit-Policy"), R"("sign-in";q=2;w=60)");
    EXPECT_EQ(ask("GET", "/api/v1/things", {}, "127.0.0.1").status, 200);
}

TEST_F(Protected, ANetworkOfIpv6CountsAsOneAddress) {
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(ask("GET", "/api/v1/things", {}, "2001:db8:1:2:3::" + std::to_string(i)).status, 200);
    EXPECT_EQ(ask("GET", "/api/v1/things", {}, "2001:db8:1:2:9::1").status, 429);
    EXPECT_EQ(ask("GET", "/api/v1/things", {}, "2001:db8:1:3::1").status, 200);
}

TEST_F(Protected, PeopleAndKeysHaveTheirOwnLimits) {
    const Caller ada{.actor = "user:1", .organization = "o", .user = "1"},
        key{.actor = "key:7", .organization = "o", .user = "1"};
    const auto allowed = [&](const Caller& who) {
        Toll toll;
        try {
            protection.admit(who, toll);
            return true;
        } catch (const core::Error& problem) {
            EXPECT_EQ(problem.status(), 429);
            return false;
        }
    };
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(allowed(ada));
    EXPECT_FALSE(allowed(ada));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowed(key));
    EXPECT_FALSE(allowed(key));
    EXPECT_TRUE(allowed({.actor = "user:2", .organization = "o", .user = "2"}));
}

TEST_F(Protected, OnlyTrustedProxiesSayWhoReallyAsks) {
    const auto seen = [&](const std::string& from, const std::string& forwarded) {
        ask("GET", "/api/v1/things", {{"x-forwarded-for", forwarded}}, from);
        return peer;
    };
    EXPECT_EQ(seen("198.51.100.1", "192.0.2.1"), "198.51.100.1");
    EXPECT_EQ(seen("10.0.0.1", "192.0.2.2"), "192.0.2.2");
    EXPECT_EQ(seen("10.0.0.1", "1.1.1.1, 192.0.2.3, 10.0.0.2"), "192.0.2.3");
    EXPECT_EQ(seen("10.0.0.1", "1.1.1.1,  2001:db8::1 "), "2001:db8::1");
    EXPECT_EQ(seen("10.0.0.1", "10.0.0.2"), "10.0.0.1");
    EXPECT_EQ(seen("10.0.0.1", "1.1.1.1, <script>"), "10.0.0.1");
    EXPECT_EQ(seen("10.0.0.1", ""), "10.0.0.1");
}

TEST_F(Protected, PagesOfListedSitesMayAskAndReadTheAnswer) {
    const auto asked = ask("OPTIONS", "/things", {{"origin", kApp}, {"access-control-request-method", "POST"}});
    EXPECT_EQ(asked.status, 204);
    EXPECT_EQ(header(asked, "Access-Control-Allow-Origin"), kApp);
    EXPECT_EQ(header(asked, "Access-Control-Allow-Credentials"), "true");
    EXPECT_NE(header(asked, "Access-Control-Allow-Methods").find("POST"), std::string::npos);
    EXPECT_NE(header(asked, "Access-Control-Allow-Headers").find("Authorization"), std::string::npos);
    EXPECT_EQ(header(asked, "Access-Control-Max-Age"), "600");
    EXPECT_EQ(header(asked, "Vary"), "Origin");
    const auto answer = ask("GET", "/api/v1/things", {{"origin", kApp}});
    EXPECT_EQ(header(answer, "Access-Control-Allow-Origin"), kApp);
    EXPECT_EQ(header(answer, "Vary"), "Origin");
    EXPECT_EQ(header(ask("GET", "/api/v1/none", {{"origin", kApp}}), "Access-Control-Allow-Origin"), kApp)
        << "errors are read too";
}

TEST_F(Protected, PagesOfOtherSitesAreToldNothingAndNothingIsForEverybody) {
    for (const auto* origin : {"https://evil.example", "https://app.example.org.evil.example", "http://app.example.org",
                               "https://app.example.org:8443", "HTTPS://APP.EXAMPLE.ORG", "null", "*", ""}) {
        for (const auto& answer : {ask("GET", "/api/v1/things", {{"origin", origin}}, "127.0.0.1"),
                                   ask("OPTIONS", "/api/v1/things",
                                       {{"origin", origin}, {"access-control-request-method", "GET"}}, "127.0.0.1")}) {
            EXPECT_EQ(header(answer, "Access-Control-Allow-Origin"), "") << origin;
            EXPECT_EQ(header(answer, "Access-Control-Allow-Credentials"), "") << origin;
            EXPECT_EQ(header(answer, "Vary"), "Origin") << origin;
        }
    }
}

}  // namespace
}  // namespace nightshift::api::kit
