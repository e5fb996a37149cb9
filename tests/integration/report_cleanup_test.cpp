// The files of reports that expired are taken away, whoever dies in the middle; and what belongs to no report too.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "queue/submit.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/maintenance_run.h"
#include "tests/kit/program.h"
#include "workers/maintenance/report_cleanup.h"

namespace nightshift::tests {
namespace {

namespace fs = std::filesystem;
namespace json = core::json;
namespace report_cleanup = workers::maintenance::report_cleanup;
using testing::UnorderedElementsAre;

class ReportCleanup : public ApiFixture {
protected:
    void SetUp() override {
        fs::create_directories(folder);
        settings["reports.folder"] = folder.string();
        ApiFixture::SetUp();
    }
    ~ReportCleanup() override {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
    /// A report and its file, which expires after so many days from now.
    std::string report(int days, const std::string& status = "ready", const std::string& organization = kOrganization) {
        auto id = core::time::uuid7();
        database.one(
            "insert into report (id, organization_id, name, report_type, export_format, status, requested_by, file, "
            "bytes, sha256, expires_at) values ('" +
            id + "', '" + organization + "', 'Jobs', 'job_summary', 'CSV', '" + status + "', 'user:" + admin.id +
            "', '" + id + "-1.csv', 5, 'x', now() + interval '" + std::to_string(days) + " days')");
        write(id + "-1.csv");
        return id;
    }
    void write(const std::string& name) const { std::ofstream(folder / name) << "bytes"; }
    std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& one : fs::directory_iterator(folder)) names.insert(one.path().filename());
        return names;
    }
    std::string of(const std::string& id, const std::string& column) {
        return database.one("select coalesce(" + column + "::text, 'null') from report where id = '" + id + "'");
    }
    std::string said(json::object args = {}) {
        args.emplace("older_than", "0s");
        MaintenanceRun run(database.pool(), "reports: {folder: " + folder.string() + "}");
        return json::text(run.result(report_cleanup::kind, std::move(args)));
    }
    int download(const std::string& id) { return call(admin, "GET", "/api/v1/reports/" + id + "/download").status; }
    /// The daemon works on it and is killed there.
    bool dies_at(const std::string& point) {
        Program program(
            {.database_url = database.url(), .queue = "sweeps", .fail_points = point + "=kill", .reports = folder});
        if (!program.ready()) return false;
        queue::submit_alone(database.pool(), {.kind = "report.cleanup", .organization = kOrganization});
        const bool is_dead = program.ended_by(SIGKILL);
        database.one("delete from run");
        return is_dead;
    }

    const fs::path folder = fs::temp_directory_path() / ("report-cleanup-" + core::time::uuid7());
};

TEST_F(ReportCleanup, TakesTheFilesOfExpiredReportsAndTellsWhoAsksForThem) {
    const auto old = report(-1), young = report(1);
    ASSERT_EQ(download(old), 200);
    EXPECT_EQ(said({{"dry_run", true}}), R"({"dry_run":true,"expired":1,"removed":1,"bytes":5,"orphans":0,"kept":0})");
    EXPECT_EQ(files().size(), 2U);
    EXPECT_EQ(of(old, "status"), "ready");
    EXPECT_EQ(said(), R"({"dry_run":false,"expired":1,"removed":1,"bytes":5,"orphans":0,"kept":0})");
    EXPECT_THAT(files(), UnorderedElementsAre(young + "-1.csv"));
    EXPECT_EQ(of(old, "status || coalesce(file, ' and no file')"), "expired and no file");
    EXPECT_EQ(download(old), 410);
    EXPECT_EQ(download(young), 200);
    EXPECT_EQ(said(), R"({"dry_run":false,"expired":0,"removed":0,"bytes":0,"orphans":0,"kept":0})");
}

TEST_F(ReportCleanup, GoesOnWhereADeadProcessLeftARowThatSaysExpired) {
    const auto id = report(-1);
    ASSERT_TRUE(dies_at("report.expired"));
    EXPECT_EQ(of(id, "status"), "expired");
    EXPECT_EQ(files().size(), 1U) << "the row says so before its file goes";
    EXPECT_EQ(download(id), 410);
    EXPECT_EQ(said(), R"({"dry_run":false,"expired":0,"removed":1,"bytes":5,"orphans":0,"kept":0})");
    EXPECT_TRUE(files().empty());
}

TEST_F(ReportCleanup, GoesOnWhereADeadProcessTookTheFileAndItsRowStillNamesIt) {
    const auto id = report(-1);
    ASSERT_TRUE(dies_at("report.removed"));
    EXPECT_TRUE(files().empty());
    EXPECT_EQ(of(id, "file"), id + "-1.csv");
    EXPECT_EQ(said(), R"({"dry_run":false,"expired":0,"removed":0,"bytes":0,"orphans":0,"kept":0})");
    EXPECT_EQ(of(id, "file"), "null");
}

TEST_F(ReportCleanup, TakesWhatFailedRunsLeftAndWhatNoReportNames) {
    const auto failed = report(30, "failed"), making = report(30, "generating"),
               elsewhere = report(-9, "ready", kThere);
    const auto nobodys = core::time::uuid7() + "-1.pdf";
    write(nobodys);
    write(making + "-0.csv");  // of an attempt before
    write("README");
    EXPECT_EQ(said({{"older_than", "1d"}, {"dry_run", true}}),
              R"({"dry_run":true,"expired":0,"removed":1,"bytes":5,"orphans":0,"kept":0})")
        << "what is young may be in the making";
    EXPECT_EQ(said({{"dry_run", true}}), R"({"dry_run":true,"expired":0,"removed":1,"bytes":5,"orphans":2,"kept":0})");
    EXPECT_EQ(said(), R"({"dry_run":false,"expired":0,"removed":1,"bytes":5,"orphans":2,"kept":0})");
    EXPECT_THAT(files(), UnorderedElementsAre(making + "-1.csv", elsewhere + "-1.csv", "README"));
    EXPECT_EQ(of(failed, "file"), "null");
}

TEST_F(ReportCleanup, LeavesAFileThatAnotherRunIsAboutToMakeAgain) {
    const auto id = report(30, "failed");
    auto lease = database.pool().acquire();
    core::pg::Transaction other(lease, {});
    other.execute("select from report for update");
    EXPECT_EQ(said(), R"({"dry_run":false,"expired":0,"removed":0,"bytes":0,"orphans":0,"kept":0})");
    EXPECT_EQ(files().size(), 1U);
}

TEST_F(ReportCleanup, GoesBatchByBatch) {
    database.one(
        "insert into report (id, organization_id, name, report_type, export_format, status, requested_by, file, bytes, "
        "sha256, expires_at) select gen_random_uuid(), '" +
        kOrganization +
        "', 'Jobs', 'job_summary', 'CSV', 'ready', 'token', i || '.csv', 1, 'x', now() - interval '1 "
        "day' from generate_series(1, 1200) i");
    for (int i = 1; i <= 1200; ++i) write(std::to_string(i) + ".csv");
    EXPECT_EQ(said(), R"({"dry_run":false,"expired":1200,"removed":1200,"bytes":1200,"orphans":0,"kept":0})");
    EXPECT_TRUE(files().empty());
}

TEST_F(ReportCleanup, ForgetsNothingWhereTheFolderIsNot) {
    const auto id = report(-1);
    fs::remove_all(folder);
    MaintenanceRun run(database.pool(), "reports: {folder: " + folder.string() + "}");
    const auto outcome = report_cleanup::kind.body({{"older_than", "0s"}, {"dry_run", false}}, run);
    EXPECT_TRUE(std::holds_alternative<queue::Retry>(outcome));
    EXPECT_EQ(of(id, "status || ' ' || file"), "ready " + id + "-1.csv");
}

TEST_F(ReportCleanup, HasItsScheduleInEachOrganization) {
    database.one("insert into organization (id, name, slug) values (gen_random_uuid(), 'New', 'new')");
    EXPECT_EQ(database.one("select name || ' ' || cron from schedule where kind = 'report.cleanup' and next_fire_at > "
                           "now() and next_fire_at < now() + interval '2 days'"),
              "Report cleanup 30 3 * * *");
}

}  // namespace
}  // namespace nightshift::tests
