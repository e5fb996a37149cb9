// Every route there is, over a database of one's own, with people who are signed in: what tests of the API begin with.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/kit/router.h"
#include "core/time/time.h"
#include "domain/jobs/numbers.h"
#include "kinds.h"
#include "resources.h"
#include "tests/kit/database.h"

namespace nightshift::tests {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Reply {
    int status = 0;
    core::json::value body;
    Headers headers;
    std::string text;  ///< of the body, whatever it is

    std::string header(std::string_view name) const {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    }
    std::string at(std::string_view name) const {
        const auto* found = body.is_object() ? body.as_object().if_contains(name) : nullptr;
        return found == nullptr     ? "(missing)"
               : found->is_string() ? std::string(found->as_string())
                                    : core::json::text(*found);
    }
    /// The fields that a refusal names.
    std::set<std::string> fields() const {
        std::set<std::string> named;
        if (const auto* fields = body.as_object().at("details").as_object().if_contains("fields"))
            for (const auto& [name, message] : fields->as_object()) named.insert(name);
        return named;
    }
    std::size_t count() const { return body.is_array() ? body.as_array().size() : 0; }
};
inline std::ostream& operator<<(std::ostream& out, const Reply& reply) {
    return out << reply.status << " " << reply.text.substr(0, 500);
}

struct Person {
    std::string token, id, email;
};

class ApiFixture : public testing::Test {
protected:
    const std::string kDepartments = "/api/v1/departments";
    const std::string kHere = "0190d1a0-0000-7000-8000-000000000001", kThere = "0190d1a0-0000-7000-8000-000000000002";

    void SetUp() override {
        database.one("insert into organization (id, name, slug) values ('" + kHere + "', 'Here', 'here'), ('" + kThere +
                     "', 'There', 'there')");
        database.one("delete from schedule");  // those that every organization begins with
        gate.prepare();
        make_routes();
        admin = person("admin");
    }
    /// Again after `settings` changed.
    void make_routes() {
        router.reset();
        routes.clear();
        for (const auto& make : generated::resources)
            for (auto& route : make(services)) routes.push_back(std::move(route));
        router = std::make_unique<api::kit::Router>(
            routes, api::kit::Access{.identify = [this](const std::string& token) { return gate.identify(token); },
                                     .pool = &database.pool()});
    }
    Person person(const std::string& role, bool is_here = true) {
        Person made{.email = role + std::to_string(++people_) + "@example.org"};
        const auto tokens = gate.enroll({.email = made.email,
                                         .password = "correct horse",
                                         .name = role + " " + std::to_string(people_),
                                         .organization = is_here ? "here" : "there"},
                                        {});
        made.token = tokens.access;
        made.id = tokens.user;
        database.one("update membership set role_id = (select id from role where organization_id = '" +
                     (is_here ? kHere : kThere) + "' and name = '" + role + "') where user_id = '" + made.id + "'");
        gate.forget();
        return made;
    }
    core::http::Response raw(const std::string& token, const std::string& method, const std::string& target,
                             std::string body = {}, Headers headers = {}) {
        core::http::Request request{.method = method, .target = target, .body = std::move(body), .id = "r"};
        const auto question = target.find('?');
        request.path = target.substr(0, question);
        std::string_view rest =
            question == std::string::npos ? std::string_view{} : std::string_view(target).substr(question + 1);
        while (!rest.empty()) {
            const auto one = rest.substr(0, rest.find('&'));
            rest.remove_prefix(std::min(rest.size(), one.size() + 1));
            const auto equals = std::min(one.find('='), one.size());
            request.query.emplace_back(one.substr(0, equals), one.substr(std::min(one.size(), equals + 1)));
        }
        request.headers = std::move(headers);
        if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
        if (!request.body.empty() && request.header("content-type").empty())
            request.headers.emplace_back("content-type", "application/json");
        return router->answer(std::move(request));
    }
    Reply call(const std::string& token, const std::string& method, const std::string& target, std::string body = {},
               Headers headers = {}) {
        const auto response = raw(token, method, target, std::move(body), std::move(headers));
        auto text = response.body;
        if (response.source)
            for (auto piece = response.source(); !piece.empty(); piece = response.source()) text += piece;
        const bool is_json = response.content_type == "application/json" && !text.empty() && !response.source;
        return {response.status, is_json ? core::json::parse(text) : core::json::value(), response.headers, text};
    }
    Reply call(const Person& who, const std::string& method, const std::string& target, std::string body = {},
               Headers headers = {}) {
        return call(who.token, method, target, std::move(body), std::move(headers));
    }
    Reply department(const std::string& name, const std::string& more = {}) {
        return call(admin, "POST", kDepartments, R"({"name":")" + name + '"' + more + "}");
    }
    /// What jobs need to be made: a type, statuses and a priority.
    void configure_jobs() {
        for (const auto& [path, body] : std::vector<std::pair<std::string, std::string>>{
                 {"job-types", R"({"name":"Job"})"},
                 {"job-statuses", R"({"name":"Open","category":"open","display_order":1})"},
                 {"job-statuses", R"({"name":"In Progress","category":"in_progress","display_order":2})"},
                 {"job-statuses", R"({"name":"Done","category":"done","display_order":3})"},
                 {"job-priorities", R"({"name":"Normal","level":2})"}}) {
            const auto made = call(admin, "POST", "/api/v1/" + path, body);
            ASSERT_EQ(made.status, 201) << path << " " << made;
        }
    }
    /// Its id.
    std::string job(const Person& by, const std::string& more = {}) {
        const auto made = call(by, "POST", "/api/v1/jobs", R"({"title":"A job")" + more + "}");
        EXPECT_EQ(made.status, 201) << made;
        return made.at("id");
    }

    Database database;
    domain::identity::Gate gate{database.pool(), {.password_cost = 4}, [] { return std::chrono::system_clock::now(); }};
    queue::Engine engine{
        {.database_url = database.url(), .dispatch = false, .schedule = false, .work = false, .maintain = false},
        generated::kinds};
    domain::jobs::Numbers numbers{database.pool().settings()};
    std::map<std::string, core::json::value, std::less<>> settings;
    api::kit::Services services{database.pool(),
                                engine,
                                [this](std::string_view path) {
                                    const auto found = settings.find(path);
                                    return found == settings.end() ? core::json::value() : found->second;
                                },
                                &gate,
                                nullptr,
                                &numbers};
    std::vector<api::kit::Route> routes;
    std::unique_ptr<api::kit::Router> router;
    Person admin;

private:
    int people_ = 0;
};

}  // namespace nightshift::tests
