// Reports whose maker is stopped or killed; tests/integration/report_test.cpp has the full disk. Fault matrix rows 4,
// 29, 38, 41.
#include <csignal>

#include <filesystem>
#include <fstream>

#include "domain/demo/sql.h"
#include "domain/reports/sql.h"
#include "tests/fault/fault.h"

namespace nightshift::tests {
namespace {

namespace fs = std::filesystem;

class Report : public Fault {
protected:
    Report() {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        tx.run(domain::demo::sql::seed_organization, kOrganization);
        tx.run(domain::demo::sql::seed_jobs, kOrganization, 6000);
        tx.commit();
        folder = fs::temp_directory_path() / ("nightshift-" + core::time::uuid7());
        fs::create_directories(folder);
    }
    ~Report() override { fs::remove_all(folder); }

    ProgramSettings with(const std::string& fail_points = {}) const {
        auto all = settings();
        all.broker_url.clear();
        all.reports = folder;
        all.fail_points = fail_points;
        all.drain = 100ms;
        return all;
    }
    /// The report and the run that makes it, as the API asks for them.
    std::string ask() {
        report = core::time::uuid7();
        const auto run = submit("report.generate", {{"report_id", report}});
        core::pg::once(database.pool(), domain::reports::sql::report_insert, report, kOrganization, "All jobs",
                       "job_summary", R"({"time_zone":"UTC"})", "CSV", run, "test", "", std::vector<std::string>{"*"},
                       "question", "", "", nullptr);
        return run;
    }
    std::string status() {
        return std::string(
            core::pg::once(database.pool(), domain::reports::sql::report_show, report, kOrganization, nullptr)
                .text(0, 1));
    }
    /// Its maker has told of a first piece.
    bool is_half_way() {
        return eventually([&] { return database.number("select count(*) from run_progress") > 0; });
    }
    /// One file, whole, and nothing half beside it.
    testing::AssertionResult is_whole() {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
        if (files.size() != 1 || files[0].extension() != ".csv")
            return testing::AssertionFailure() << files.size() << " files, the first " << files.at(0);
        std::ifstream file(files[0]);
        const auto lines = std::count(std::istreambuf_iterator<char>(file), {}, '\n');
        if (lines != 6001) return testing::AssertionFailure() << lines << " lines";
        return testing::AssertionSuccess();
    }

    fs::path folder;
    std::string report;
};

TEST_F(Report, stopped_half_way_is_made_by_the_next_process_and_costs_no_attempt) {
    const auto run = ask();
    const auto first = start(with("file.half=sleep:700"));
    ASSERT_TRUE(is_half_way());
    first->signal(SIGTERM);
    ASSERT_TRUE(first->exited(0)) << first->log();
    EXPECT_TRUE(fs::is_empty(folder));
    EXPECT_EQ(status(), "pending");
    const auto second = start(with());
    EXPECT_TRUE(becomes(run, "succeeded"));
    EXPECT_EQ(status(), "ready");
    EXPECT_TRUE(is_whole());
    EXPECT_EQ(database.number("select attempt + crashes from run_archive"), 1);
    EXPECT_TRUE(sound());
}

TEST_F(Report, killed_with_its_daemon_half_way_is_made_by_the_next_process) {
    const auto run = ask();
    const auto first = start(with("file.half=sleep:3000"));
    ASSERT_TRUE(is_half_way());
    first->signal(SIGKILL);
    ASSERT_TRUE(first->ended_by(SIGKILL));
    const auto second = start(with());
    expire_lease_of(*first);
    EXPECT_TRUE(becomes(run, "succeeded"));
    EXPECT_EQ(status(), "ready");
    EXPECT_TRUE(is_whole());
    EXPECT_TRUE(sound());
}

TEST_F(Report, whose_child_is_killed_again_and_again_is_dead_and_its_daemon_goes_on) {
    const auto run = ask();
    const auto program = start(with("file.half=kill"));
    EXPECT_TRUE(becomes(run, "dead"));
    EXPECT_EQ(status(), "failed");
    EXPECT_EQ(database.number("select crashes from run_archive"), 3);
    const auto good = submit("diagnostic.effect");
    EXPECT_TRUE(becomes(good, "succeeded"));
    EXPECT_TRUE(sound());
}

TEST_F(Report, whose_folder_cannot_be_made_fails_and_says_so) {
    const auto run = ask();
    auto nowhere = with();
    nowhere.reports = folder / "file" / "below";
    std::ofstream(folder / "file") << "in the way";
    database.one("update run set max_attempts = 1");
    const auto program = start(nowhere);
    EXPECT_TRUE(becomes(run, "dead"));
    EXPECT_EQ(status(), "failed");
    EXPECT_TRUE(sound());
}

}  // namespace
}  // namespace nightshift::tests
