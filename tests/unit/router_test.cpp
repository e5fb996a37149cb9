// The router and the headers it reads: which route, who calls, what is taken and what is told. DESIGN 4.
#include <gtest/gtest.h>

#include "api/kit/headers.h"
#include "api/kit/router.h"
#include "core/error/error.h"
#include "tests/kit/who_shows.h"

namespace nightshift::api::kit {
namespace {

using core::http::Request;
using core::http::Response;

constexpr core::schema::Field kBody[] = {{"name", core::schema::Type::text, "A name.", {.max = 5}}};

class Routes : public testing::Test {
protected:
    Routes()
        : router(
              {
                  {"GET", "/api/v1/things", "things.see", "All.", {}, says("all")},
                  {"POST", "/api/v1/things", "things.make", "Makes one.", kBody, says("made")},
                  {"GET", "/api/v1/things/{id}", "things.see", "One.", {}, says("one")},
                  {"GET", "/health", "", "Lives.", {}, says("well")},
                  {"GET",
                   "/api/v1/file",
                   "",
                   "A file.",
                   {},
                   [](const auto&, const auto&, auto&) {
                       return Response{.body = "x", .content_type = "text/csv; charset=utf-8"};
                   }},
                  {"GET", "/api/v1/broken", "", "Fails.", {}, throws(R"({"cut)")},
                  {"GET", "/api/v1/list", "", "Fails.", {}, throws("[1]")},
                  {"GET", "/api/v1/bytes", "", "Fails.", {}, throws("{}", "bad \xff")},
              },
              tests::who_shows("secret", "o")) {}

    Handle says(const std::string& text) {
        return [this, text](const Request&, const Caller&, core::json::object&) {
            ++handled;
            return Response{.body = "\"" + text + "\""};
        };
    }
    static Handle throws(const std::string& details, const std::string& message = "no") {
        return [details, message](const Request&, const Caller&, core::json::object&) -> Response {
            throw core::Error(core::Code::rule, message, details);
        };
    }
    Response ask(const std::string& method, const std::string& path,
                 std::vector<std::pair<std::string, std::string>> headers = {}, const std::string& body = {}) {
        headers.emplace_back("authorization", "Bearer secret");
        return router.answer({.method = method, .path = path, .headers = std::move(headers), .body = body, .id = "r"});
    }
    static std::string header(const Response& response, std::string_view name) {
        for (const auto& [key, value] : response.headers)
            if (key == name) return value;
        return {};
    }
    int handled = 0;
    Router router;
};

TEST_F(Routes, an_error_with_unreadable_details_is_told_without_them) {
    for (const auto* path : {"/broken", "/list", "/bytes"}) {
        const auto response = ask("GET", path);
        EXPECT_EQ(response.status, 422) << path;
        const auto body = core::json::parse_object(response.body);
        EXPECT_EQ(body.at("error"), "E_RULE");
        EXPECT_TRUE(body.at("details").as_object().empty());
        EXPECT_EQ(body.at("request_id"), "r");
    }
}

TEST_F(Routes, a_method_that_is_not_for_a_path_hears_which_are) {
    const auto response = ask("DELETE", "/things");
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(header(response, "Allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(header(ask("PUT", "/health"), "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(ask("DELETE", "/nothing").status, 404);
    EXPECT_EQ(handled, 0);
}

TEST_F(Routes, are_found_by_a_name_that_is_no_parameter) {
    EXPECT_EQ(ask("GET", "/things").body, "\"all\"");  // as the seeds write it
    EXPECT_EQ(ask("GET", "/api/v1/thing").status, 404);
    EXPECT_EQ(ask("GET", "/api/v1").status, 404);
    EXPECT_THROW(Router({{"GET", "/api/v1/{id}", "things.see", "Any.", {}, says("any")}}, {}), core::Error);
}

TEST_F(Routes, options_are_told_for_every_path_that_is_there) {
    const auto response = ask("OPTIONS", "/api/things/");
    EXPECT_EQ(response.status, 204);
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(header(response, "Allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(ask("OPTIONS", "/nothing").status, 404);
}

TEST_F(Routes, takes_json_and_nothing_that_only_begins_like_it) {
    const auto with_type = [&](const std::string& type) {
        return ask("POST", "/things", {{"content-type", type}}, R"({"name":"x"})").status;
    };
    for (const auto* good : {"application/json", "Application/JSON", "application/json;charset=utf-8",
                             "application/json ; Charset=\"UTF-8\""})
        EXPECT_EQ(with_type(good), 200) << good;
    for (const auto* bad : {"application/jsonfoo", "application/json-patch+json", "application/json; charset=latin1",
                            "text/plain", "application/json, text/plain", ""})
        EXPECT_EQ(with_type(bad), 415) << bad;
}

TEST_F(Routes, the_scheme_of_a_token_has_no_case) {
    const auto with = [&](const std::string& authorization) {
        return router.answer({.method = "GET", .path = "/things", .headers = {{"authorization", authorization}}})
            .status;
    };
    for (const auto* good : {"Bearer secret", "bearer secret", "BEARER  secret"}) EXPECT_EQ(with(good), 200) << good;
    for (const auto* bad : {"Bearer", "Bearersecret", "Basic secret", "Bearer secre", "Bearer secrets", "Bearer ", ""})
        EXPECT_EQ(with(bad), 401) << bad;
    EXPECT_EQ(router.answer({.method = "GET", .path = "/things/no-id"}).status, 401);
}

TEST_F(Routes, refuses_an_answer_only_when_none_would_do) {
    const auto accepting = [&](const std::string& range, const std::string& path = "/things") {
        return ask("GET", path, {{"accept", range}}).status;
    };
    for (const auto* fine : {"*/*", "application/json", "application/*;q=0.1", "text/html, */*;q=0.1",
                             "text/html, application/json", "APPLICATION/JSON", "nonsense", ""})
        EXPECT_EQ(accepting(fine), 200) << fine;
    for (const auto* never : {"text/html", "application/json;q=0, */*", "application/*;q=0.0", "image/*"})
        EXPECT_EQ(accepting(never), 406) << never;
    EXPECT_EQ(accepting("text/csv", "/file"), 200);
    EXPECT_EQ(accepting("text/*", "/file"), 200);
    EXPECT_EQ(accepting("application/json", "/file"), 406);
    EXPECT_EQ(accepting("text/html", "/nothing"), 404);
}

TEST_F(Routes, refuses_the_answer_of_a_change_before_it_is_made) {
    EXPECT_EQ(ask("POST", "/things", {{"accept", "text/html"}}).status, 406);
    EXPECT_EQ(handled, 0);
}

TEST(Prefer, is_found_wherever_it_stands) {
    const auto wait = [](std::vector<std::pair<std::string, std::string>> headers) {
        return preference({.headers = std::move(headers)}, "wait").value_or("none");
    };
    EXPECT_EQ(wait({{"prefer", "wait=10"}}), "10");
    EXPECT_EQ(wait({{"prefer", "respond-async, wait=10"}}), "10");
    EXPECT_EQ(wait({{"prefer", "respond-async"}, {"prefer", "Wait = \"10\"; x=y"}}), "10");
    EXPECT_EQ(wait({{"prefer", "wait=1, wait=2"}}), "1");
    EXPECT_EQ(wait({{"prefer", R"(a="x, wait=3")"}}), "none");
    EXPECT_EQ(wait({{"prefer", "waiting=3"}}), "none");
    EXPECT_EQ(wait({}), "none");
}

}  // namespace
}  // namespace nightshift::api::kit
