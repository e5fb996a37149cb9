// Report definitions: reports that people put together themselves, what they may hold, whose they are, and what comes
// of them. SEEDS.md JMS-123.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "core/error/error.h"
#include "domain/reports/layout.h"
#include "domain/reports/subscriptions.h"
#include "domain/reports/write.h"
#include "tests/kit/api_fixture.h"

namespace nightshift::tests::report_definitions {
namespace {

namespace fs = std::filesystem;
namespace json = core::json;
using testing::HasSubstr;

class ReportDefinitions : public ApiFixture {
protected:
    const std::string kPath = "/api/v1/report-definitions", kSubscriptions = "/api/v1/report-subscriptions";
    ~ReportDefinitions() override { fs::remove_all(folder); }

    Reply define(const Person& who, const std::string& more) {
        return call(who, "POST", kPath, R"({"name":"Mine","source":"job_summary")" + more + "}");
    }
    /// Of three jobs: two of ten and two hours in Support, one of five hours in none.
    void work() {
        configure_jobs();
        const auto support = department("Support").at("id");
        job(admin, R"(,"estimated_hours":10,"department_id":")" + support + '"');
        job(admin, R"(,"estimated_hours":2,"department_id":")" + support + '"');
        job(admin, R"(,"estimated_hours":5)");
    }
    /// What the report of a layout holds, as the worker would make it now.
    std::string made(const std::string& layout, std::string_view format = "JSON") {
        const auto& type = domain::reports::require_report_type("job_summary");
        fs::create_directories(folder);
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto file = (folder / "report").string();
        const auto come = domain::reports::write(tx,
                                                 {.type = type,
                                                  .organization = kHere,
                                                  .sight = {"all", admin.id},
                                                  .parameters = {{"time_zone", "UTC"}},
                                                  .title = "A report",
                                                  .format = std::string(format),
                                                  .as_of = std::chrono::system_clock::now(),
                                                  .layout = json::parse_object(layout)},
                                                 file, [](auto, auto) { return true; });
        rows = come.rows;
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    domain::reports::Turn turn(const std::string& id) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        auto taken = domain::reports::take_turn(tx, id, kHere, std::chrono::system_clock::now());
        tx.commit();
        return taken;
    }
    json::array rows_of(const std::string& layout) { return json::parse(made(layout)).as_array(); }

    fs::path folder = fs::temp_directory_path() / ("nightshift-definitions-" + core::time::uuid7());
    std::size_t rows = 0;
};

TEST_F(ReportDefinitions, ShowTheColumnsAskedForInTheirOrder) {
    work();
    const auto all = rows_of(R"({"columns":["estimated_hours","key"]})");
    ASSERT_EQ(all.size(), 3U);
    std::string names;
    for (const auto& [name, value] : all.front().as_object()) names += std::string(name) + " ";
    EXPECT_EQ(names, "estimated_hours key ");
}

TEST_F(ReportDefinitions, HoldOnlyTheRowsThatFitAllFilters) {
    work();
    EXPECT_EQ(rows_of(R"({"filters":{"department":"Support"}})").size(), 2U);
    EXPECT_EQ(rows_of(R"({"filters":{"department":["Support",""]}})").size(), 3U);
    EXPECT_EQ(rows_of(R"({"filters":{"estimated_hours":{"from":2.5,"to":5}}})").size(), 1U);
    EXPECT_EQ(rows_of(R"({"filters":{"estimated_hours":[10,2]}})").size(), 2U);
    EXPECT_EQ(rows_of(R"({"filters":{"department":"Support","estimated_hours":{"from":5}}})").size(), 1U);
    EXPECT_EQ(rows_of(R"({"filters":{"department":{"contains":"PORT"}}})").size(), 2U);
    EXPECT_EQ(rows_of(R"({"filters":{"created":{"from":"2026-01","to":"2099"}}})").size(), 3U);
    EXPECT_EQ(rows_of(R"({"filters":{"created":{"to":"2001-12-31"}}})").size(), 0U);
    EXPECT_EQ(rows_of(R"({"filters":{"title":"x' or true --"}})").size(), 0U);
}

TEST_F(ReportDefinitions, PutRowsTogetherByGroupsAndCountThem) {
    work();
    const auto groups = rows_of(R"({"columns":["estimated_hours"],"groups":["department"]})");
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0], json::parse(R"({"department":"","count":1,"estimated_hours":5.00})"));
    EXPECT_EQ(groups[1], json::parse(R"({"department":"Support","count":2,"estimated_hours":12.00})"));
}

TEST_F(ReportDefinitions, DrawWhatTheirChartIsOfInEveryFormat) {
    work();
    for (const auto* format : {"CSV", "XLSX", "PDF", "HTML"})
        EXPECT_FALSE(
            made(R"({"groups":["department"],"chart":{"by":"department","value":"estimated_hours"}})", format).empty());
    const auto page = made(R"({"chart":{"by":"status"},"filters":{"department":"Support"}})", "HTML");
    EXPECT_THAT(page, HasSubstr("Count by Status"));
    EXPECT_THAT(page, HasSubstr("Department: Support"));
    EXPECT_THAT(page, HasSubstr("2 rows"));
}

TEST_F(ReportDefinitions, OfEveryTypeCanBeLaidOutByEveryColumn) {
    for (const auto* type : domain::reports::report_types())
        for (const auto& column : type->columns) {
            const std::string name(column.name);
            const auto laid = domain::reports::laid_out(
                *type, json::parse_object(R"({"groups":[")" + name + R"("],"chart":{"by":")" + name + "\"}}"));
            auto lease = database.pool().acquire();
            core::pg::Transaction tx(lease);
            for (const auto& text : {laid.rows, laid.count, laid.chart})
                EXPECT_NO_THROW(tx.run_with(
                    {"", text},
                    {kHere, "all", nullptr, R"({"time_zone":"UTC","as_of":"2026-03-01T00:00:00Z"})", laid.filters}))
                    << type->name << "." << name;
        }
}

TEST_F(ReportDefinitions, NameEveryFieldThatDoesNotFitTheirSource) {
    using Names = std::set<std::string>;
    EXPECT_EQ(
        define(
            admin,
            R"(,"columns":["keey"],"groups":["key","key"],"chart":{"by":"status","value":"title"},"filters":{"titel":"x"})")
            .fields(),
        (Names{"columns", "groups", "chart", "filters.titel"}));
    EXPECT_THAT(define(admin, R"(,"columns":["keey"])").text, HasSubstr("did you mean \\\"key\\\""));
    EXPECT_EQ(define(admin, R"(,"filters":{"title":5})").fields(), Names{"filters.title"});
    EXPECT_EQ(define(admin, R"(,"filters":{"title":{"from":"a"}})").fields(), Names{"filters.title"});
    EXPECT_EQ(define(admin, R"(,"filters":{"estimated_hours":{}})").fields(), Names{"filters.estimated_hours"});
    EXPECT_EQ(define(admin, R"(,"parameters":{"departmnt_id":"x"})").fields(), Names{"parameters.departmnt_id"});
    EXPECT_EQ(call(admin, "POST", kPath, R"({"name":"Mine","source":"jobs_summary"})").fields(), Names{"source"});
    EXPECT_EQ(database.number("select count(*) from report_definition"), 0);
}

TEST_F(ReportDefinitions, AreTheirOwnersToChangeAndOthersToUseOnceShared) {
    const auto member = person("member"), other = person("member"), viewer = person("viewer");
    const auto id = define(member, "").at("id");
    EXPECT_EQ(call(other, "GET", kPath + "/" + id).status, 404);
    EXPECT_EQ(call(other, "POST", kPath + "/" + id + "/run").status, 404);
    EXPECT_EQ(call(member, "PATCH", kPath + "/" + id, R"({"is_shared":true})").status, 200);
    EXPECT_EQ(call(other, "GET", kPath + "/" + id).status, 200);
    EXPECT_EQ(call(other, "PATCH", kPath + "/" + id, R"({"name":"Theirs"})").status, 403);
    EXPECT_EQ(call(other, "DELETE", kPath + "/" + id).status, 403);
    EXPECT_EQ(call(viewer, "GET", kPath + "/" + id).status, 200);
    EXPECT_EQ(call(viewer, "POST", kPath + "/" + id + "/run").status, 403);
    EXPECT_EQ(call(viewer, "POST", kPath, R"({"name":"Mine","source":"job_summary"})").status, 403);
    EXPECT_EQ(call(person("admin", false), "GET", kPath + "/" + id).status, 404);
    EXPECT_EQ(call(member, "POST", kPath, R"({"name":"Of the team","source":"team_performance"})").status, 403);
    EXPECT_EQ(call(admin, "DELETE", kPath + "/" + id).status, 204);
}

TEST_F(ReportDefinitions, AreAskedInTheSightOfWhoRunsThem) {
    const auto member = person("member"), other = person("member");
    const auto id =
        define(member,
               R"(,"is_shared":true,"parameters":{"period":"last_week"},"groups":["status"],"export_format":"CSV")")
            .at("id");
    const auto report =
        call(other, "POST", kPath + "/" + id + "/run", R"({"name":"Now","parameters":{"start_date":"2026-01-01"}})");
    ASSERT_EQ(report.status, 202) << report;
    EXPECT_EQ(report.at("name"), "Now");
    EXPECT_EQ(report.at("export_format"), "CSV");
    EXPECT_EQ(report.body.at("layout"), json::parse(R"({"columns":[],"filters":{},"groups":["status"]})"));
    EXPECT_FALSE(report.body.at("parameters").as_object().contains("period"));
    EXPECT_EQ(database.one("select viewer_user_id from report where id = '" + report.at("id") + "'"), other.id);
    const auto plain = call(
        other, "POST", "/api/v1/reports/generate",
        R"({"name":"Now","report_type":"job_summary","export_format":"CSV","parameters":{"start_date":"2026-01-01"}})");
    EXPECT_NE(plain.at("run_id"), report.at("run_id")) << "another question";
}

TEST_F(ReportDefinitions, CanBeSubscribedToAndAreAskedAsTheyAreAtEachTurn) {
    const auto id = define(admin, R"(,"parameters":{"period":"this_year"},"groups":["status"])").at("id");
    const auto of = [&](const std::string& definition) {
        return R"({"name":"Weekly","definition_id":")" + definition +
               R"(","parameters":{"period":"last_week"},"cron":"0 7 * * MON"})";
    };
    EXPECT_EQ(call(admin, "POST", kSubscriptions, R"({"name":"Weekly","cron":"0 7 * * MON"})").fields(),
              std::set<std::string>{"report_type"});
    EXPECT_EQ(call(admin, "POST", kSubscriptions, of(core::time::uuid7())).fields(),
              std::set<std::string>{"definition_id"});
    EXPECT_EQ(call(person("member"), "POST", kSubscriptions, of(id)).fields(), std::set<std::string>{"definition_id"})
        << "not shared";
    const auto subscription = call(admin, "POST", kSubscriptions, of(id));
    ASSERT_EQ(subscription.status, 201) << subscription;
    EXPECT_EQ(subscription.at("report_type"), "job_summary");
    EXPECT_EQ(call(admin, "PATCH", kPath + "/" + id, R"({"groups":["department"]})").status, 200);
    EXPECT_EQ(turn(subscription.at("id")).reports.size(), 1U);
    EXPECT_EQ(database.one("select layout -> 'groups' from report where subscription_id is not null"),
              R"(["department"])");
    EXPECT_EQ(call(admin, "DELETE", kPath + "/" + id).status, 204);
    EXPECT_EQ(turn(subscription.at("id")).problem, "its report definition is gone");
    EXPECT_EQ(call(admin, "GET", kSubscriptions + "/" + subscription.at("id")).at("status"), "broken");
}

}  // namespace
}  // namespace nightshift::tests::report_definitions
