// OpenAPI as made of routes: names, schemas of fields, what is shared, what is promised. tests/openapi holds a daemon
// to it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "api/kit/resource.h"
#include "api/kit/router.h"
#include "api/openapi/document.h"
#include "api/openapi/pages.h"
#include "api/openapi/words.h"

namespace nightshift::api::openapi {
namespace {

namespace json = core::json;
using core::schema::Field;
using core::schema::Type;

constexpr kit::Column kColumns[] = {
    {"name", Type::text, "A name.", {.min = 1, .max = 120, .required = true}, kit::kFilter | kit::kSort | kit::kSearch},
    {"size", Type::integer, "How large.", {.min = 0, .nullable = true}, kit::kFilter},
    {"secret", Type::text, "Never shown.", {}, kit::kWriteOnly},
    {"rank", Type::integer, "Counted.", {.required = true, .server = true}},
    {"note", Type::text, "From elsewhere.", {.server = true}},
};
constexpr kit::Filter kFilters[] = {{"large", "Another word.", "size"},
                                    {"mark", "A condition.", {}, "r.mark = any(?)"}};
constexpr kit::Resource kThings{.name = "things",
                                .one = "thing",
                                .doc = "Things.",
                                .table = "thing",
                                .view = "api.thing",
                                .columns = kColumns,
                                .allow = {.see = "thing.see"},
                                .filters = kFilters,
                                .example = R"({"name": "Lamp", "size": 3, "rank": 1})"};
constexpr Field kBody[] = {
    {"name", Type::text, "A name.", {.min = 1, .max = 120, .required = true}},
    {"size", Type::integer, "How large.", {.min = 0, .nullable = true}},
    {"color", Type::choice, "Its color.", {.fallback = "\"red\"", .choices = "red|green"}},
};

kit::Route route(std::string_view method, std::string_view path, const kit::Answer& answer = {}) {
    return {.method = method, .path = path, .permission = "thing.see", .doc = "It.", .handle = {}, .answer = answer};
}

json::object described() {
    auto list = route("GET", "/api/v1/things", {.rows = &kThings, .is_list = true});
    list.takes = kit::kPages | kit::kListing;
    auto create = route("POST", "/api/v1/things", {.status = 201, .rows = &kThings});
    create.body = kBody;
    auto change = route("PATCH", "/api/v1/things/{id}", {.rows = &kThings});
    change.body = kBody;
    const std::vector<kit::Route> routes{list, create, change};
    return document(routes);
}

const json::object& at(const json::object& document, std::initializer_list<std::string_view> names) {
    const auto* here = &document;
    for (const auto name : names) here = &here->at(name).as_object();
    return *here;
}

TEST(OpenApi, names_operations_after_their_method_and_path) {
    EXPECT_EQ("listThings", operation_id(route("GET", "/api/v1/things", {.is_list = true})));
    EXPECT_EQ("createJobStatus", operation_id(route("POST", "/api/v1/job-statuses")));
    EXPECT_EQ("getJobPriority", operation_id(route("GET", "/api/v1/job-priorities/{id}")));
    EXPECT_EQ("replaceJob", operation_id(route("PUT", "/api/v1/jobs/{id}")));
    EXPECT_EQ("assignJob", operation_id(route("POST", "/api/v1/jobs/{id}/assign")));
    EXPECT_EQ("createJobComment", operation_id(route("POST", "/api/v1/jobs/{id}/comments")));
    EXPECT_EQ("listJobComments", operation_id(route("GET", "/api/v1/jobs/{id}/comments", {.is_list = true})));
    EXPECT_EQ("deleteJobTag", operation_id(route("DELETE", "/api/v1/jobs/{id}/tags/{tag_id}")));
    EXPECT_EQ("generateReport", operation_id(route("POST", "/api/v1/reports/generate")));
}

TEST(OpenApi, a_body_says_its_limits_and_a_change_requires_nothing) {
    const auto document = described();
    const auto& made = at(document, {"components", "schemas", "CreateThingRequest"});
    EXPECT_EQ(json::parse(R"(["name"])"), made.at("required"));
    EXPECT_EQ(json::parse(R"({"description":"How large.","type":["integer","null"],"minimum":0})"),
              made.at("properties").at("size"));
    EXPECT_EQ(json::parse(R"({"description":"Its color.","type":"string","enum":["red","green"],"default":"red"})"),
              made.at("properties").at("color"));
    const auto& changed = at(document, {"components", "schemas", "UpdateThingRequest"});
    EXPECT_FALSE(changed.contains("required"));
    EXPECT_FALSE(changed.at("properties").at("color").as_object().contains("default"));
}

TEST(OpenApi, a_row_has_all_its_fields_but_no_secrets) {
    const auto row = at(described(), {"components", "schemas", "Thing"});
    EXPECT_EQ(json::parse(R"(["id","name","size","rank","note","version","created_at","updated_at"])"),
              row.at("required"));
    EXPECT_EQ("integer", row.at("properties").at("rank").at("type"));
    EXPECT_EQ(json::parse(R"(["string","null"])"), row.at("properties").at("note").at("type"));
}

TEST(OpenApi, operations_share_schemas_and_errors_by_reference) {
    const auto document = described();
    const auto& responses = at(document, {"paths", "/api/v1/things", "get", "responses"});
    EXPECT_EQ(json::parse(R"({"type":"array","items":{"$ref":"#/components/schemas/Thing"}})"),
              responses.at("200").at("content").at("application/json").at("schema"));
    for (const auto* status : {"400", "401", "403", "429", "503"})
        EXPECT_EQ("#/components/responses/Error" + std::string(status), responses.at(status).at("$ref").as_string());
}

TEST(OpenApi, a_list_tells_each_filter_its_order_and_its_pages) {
    const auto document = described();
    std::vector<std::string> names;
    for (const auto& one : at(document, {"paths", "/api/v1/things", "get"}).at("parameters").as_array())
        names.emplace_back(one.as_object().contains("name") ? one.at("name").as_string() : one.at("$ref").as_string());
    const std::vector<std::string> expected{"name",
                                            "size",
                                            "size_from",
                                            "size_to",
                                            "large",
                                            "large_from",
                                            "large_to",
                                            "mark",
                                            "created_at",
                                            "created_at_from",
                                            "created_at_to",
                                            "updated_at",
                                            "updated_at_from",
                                            "updated_at_to",
                                            "#/components/parameters/Search",
                                            "order",
                                            "#/components/parameters/Cursor",
                                            "#/components/parameters/Limit",
                                            "#/components/parameters/Skip"};
    EXPECT_EQ(expected, names);
}

TEST(OpenApi, examples_are_what_can_be_sent) {
    const auto document = described();
    const auto& body = at(document, {"paths", "/api/v1/things", "post", "requestBody", "content", "application/json"});
    EXPECT_EQ(json::parse(R"({"name":"Lamp","size":3})"), body.at("example"));
}

class Pages : public testing::Test {
protected:
    Pages() { std::filesystem::create_directories(folder); }
    ~Pages() override { std::filesystem::remove_all(folder); }
    core::http::Response get(const std::string& path) const {
        return kit::Router(page_routes(folder), {}).answer({.method = "GET", .path = path, .id = "r"});
    }
    static std::string header(const core::http::Response& response, std::string_view name) {
        for (const auto& [key, value] : response.headers)
            if (key == name) return value;
        return {};
    }
    std::string folder = testing::TempDir() + "nightshift-pages." + std::to_string(::getpid());
};

TEST_F(Pages, load_nothing_from_outside_and_hold_no_script) {
    std::ofstream(folder + "/swagger-ui-bundle.js") << "let a;";
    const auto page = get("/docs");
    EXPECT_EQ(200, page.status);
    EXPECT_NE(std::string::npos, page.body.find("<script src=\"/docs/swagger-ui-bundle.js\"></script>"));
    EXPECT_EQ(std::string::npos, page.body.find("<script>"));
    EXPECT_EQ(std::string::npos, page.body.find("://"));
    const auto policy = header(page, "Content-Security-Policy");
    EXPECT_NE(std::string::npos, policy.find("default-src 'none'; script-src 'self';"));
}

TEST_F(Pages, say_what_to_run_where_their_programs_are_not) {
    const auto page = get("/redoc");
    EXPECT_EQ(200, page.status);
    EXPECT_NE(std::string::npos, page.body.find("./dev pages"));
    EXPECT_EQ(404, get("/docs/redoc.standalone.js").status);
}

TEST_F(Pages, give_files_of_a_closed_list_only) {
    std::ofstream(folder + "/redoc.standalone.js") << "let redoc;";
    std::ofstream(folder + "/secret.txt") << "secret";
    const auto file = get("/docs/redoc.standalone.js");
    EXPECT_EQ(200, file.status);
    EXPECT_EQ(10U, file.length);
    EXPECT_EQ("let redoc;", file.source());
    EXPECT_EQ("", file.source());
    EXPECT_EQ(404, get("/docs/secret.txt").status);
    EXPECT_EQ(404, get("/docs/..%2Fsecret.txt").status);
}

}  // namespace
}  // namespace nightshift::api::openapi
