// Reports from asking to download, and what becomes of them when the work goes wrong: one whole file or none, and a row
// that tells the truth.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <csignal>

#include <filesystem>
#include <fstream>
#include <optional>

#include "api/reports/reports.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/demo/sql.h"
#include "kinds.h"
#include "queue/actions.h"
#include "queue/engine.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

namespace fs = std::filesystem;
namespace json = core::json;
using namespace std::chrono_literals;
using core::http::Request;
using core::http::Response;
using json::object;
using testing::HasSubstr;

/// A fail point for the children that start while this lives.
class FailPoint {
public:
    explicit FailPoint(const char* what) { ::setenv("NIGHTSHIFT_FAIL_POINT", what, 1); }
    ~FailPoint() { ::unsetenv("NIGHTSHIFT_FAIL_POINT"); }
    FailPoint(const FailPoint&) = delete;
    FailPoint& operator=(const FailPoint&) = delete;
};

class Reports : public testing::Test {
protected:
    void SetUp() override {
        fs::create_directories(folder / "kept");
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        tx.run(domain::demo::sql::seed_organization, kOrganization);
        tx.run(domain::demo::sql::seed_jobs, kOrganization, 2500);
        tx.commit();
        silent = make_engine(settings(false));
        services = std::make_unique<api::kit::Services>(api::kit::Services{database.pool(), *silent, setting});
        routes = api::reports::routes(*services);
    }
    ~Reports() override { fs::remove_all(folder); }

    queue::EngineSettings settings(bool works, std::string program = NIGHTSHIFT_PROGRAM) {
        return {.database_url = database.url(),
                .dispatch = works,
                .schedule = works,
                .work = works,
                .maintain = works,
                .queues = {"reports"},
                .slots = 2,
                .beat = 200ms,
                .lease = 5s,
                .rehint = 1s,
                .rescue_every = 200ms,
                .program = std::move(program),
                .setting = setting};
    }
    static std::unique_ptr<queue::Engine> make_engine(queue::EngineSettings with) {
        return std::make_unique<queue::Engine>(std::move(with), generated::kinds);
    }
    std::unique_ptr<queue::Engine> start(std::string program = NIGHTSHIFT_PROGRAM) {
        auto engine = make_engine(settings(true, std::move(program)));
        engine->start();
        return engine;
    }

    Response call(const std::string& method, const std::string& path, const std::string& id = "", object body = {},
                  std::vector<std::pair<std::string, std::string>> headers = {}) {
        for (const auto& route : routes) {
            if (route.method != method || route.path != "/api/v1/reports" + path) continue;
            Request request{.method = method, .headers = std::move(headers), .parameters = {{"id", id}}};
            core::schema::require(route.body, body, "");
            return route.handle(request, {.actor = "test", .organization = kOrganization, .permissions = {"*"}}, body);
        }
        throw std::logic_error("no route " + path);
    }
    std::string ask(const std::string& format = "CSV") {
        const auto answer = call("POST", "/generate", "",
                                 {{"name", "Étude 日本"}, {"report_type", "job_summary"}, {"export_format", format}});
        return std::string(json::parse_object(answer.body).at("id").as_string());
    }
    static std::string body_of(const Response& response) {
        std::string body;
        for (auto piece = response.source(); !piece.empty(); piece = response.source()) body += piece;
        return body;
    }
    std::string of(const std::string& id, const std::string& column) {
        return database.one("select coalesce(" + column + "::text, '') from report where id = '" + id + "'");
    }
    bool becomes(const std::string& id, const std::string& status) {
        return eventually([&] { return of(id, "status") == status; }, 40s);
    }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder / "kept")) names.push_back(entry.path().filename());
        return names;
    }
    /// The child at work, if there is one: the daemon is this process.
    static std::optional<pid_t> child() {
        for (const auto& task : fs::directory_iterator("/proc/self/task")) {
            std::ifstream children(task.path() / "children");
            for (pid_t pid = 0; children >> pid;) {
                std::ifstream command("/proc/" + std::to_string(pid) + "/cmdline");
                const std::string words{std::istreambuf_iterator<char>(command), {}};
                if (words.find("run-isolated") != std::string::npos) return pid;
            }
        }
        return std::nullopt;
    }
    std::string script(const std::string& text) const {
        std::ofstream(folder / "program") << "#!/bin/sh\n" << text << '\n';
        fs::permissions(folder / "program", fs::perms::owner_all);
        return folder / "program";
    }

    fs::path folder = fs::temp_directory_path() / ("nightshift-reports-" + core::time::uuid7());
    std::function<json::value(std::string_view)> setting = [this](std::string_view path) -> json::value {
        return path == "reports.folder" ? json::value((folder / "kept").string()) : json::value(nullptr);
    };
    Database database;
    std::unique_ptr<queue::Engine> silent;
    std::unique_ptr<api::kit::Services> services;
    std::vector<api::kit::Route> routes;
};

TEST_F(Reports, are_made_in_every_format_and_downloaded_whole_or_in_part) {
    const auto engine = start();
    for (const auto* format : {"CSV", "JSON", "XLSX", "PDF", "HTML"}) {
        const auto id = ask(format);
        ASSERT_TRUE(becomes(id, "ready")) << format << ": " << of(id, "error");
        EXPECT_EQ(of(id, "rows"), "2500");
        const auto whole = call("GET", "/{id}/download", id);
        const auto body = body_of(whole);
        EXPECT_EQ(whole.status, 200);
        EXPECT_EQ(std::to_string(body.size()), of(id, "bytes"));
        EXPECT_THAT(whole.headers, testing::Contains(testing::Pair("Accept-Ranges", "bytes")));
        const auto part = call("GET", "/{id}/download", id, {},
                               {{"range", "bytes=10-109"}, {"if-range", "\"" + of(id, "sha256") + "\""}});
        EXPECT_EQ(part.status, 206);
        EXPECT_EQ(part.length, 100U);
        EXPECT_EQ(body_of(part), body.substr(10, 100));
        EXPECT_THAT(part.headers, testing::Contains(testing::Pair("Content-Range", "bytes 10-109/" + of(id, "bytes"))));
        const auto beyond = call("GET", "/{id}/download", id, {}, {{"range", "bytes=" + of(id, "bytes") + "-"}});
        EXPECT_EQ(beyond.status, 416);
        EXPECT_THAT(beyond.headers, testing::Contains(testing::Pair("Content-Range", "bytes */" + of(id, "bytes"))));
    }
    EXPECT_EQ(files().size(), 5U);
}

TEST_F(Reports, whose_process_is_killed_by_hand_are_made_by_the_next_one) {
    const auto engine = start();
    std::string id;
    {
        const FailPoint point("file.half=sleep:600000");
        id = ask();
        ASSERT_TRUE(eventually([] { return child().has_value(); }));
        ASSERT_TRUE(becomes(id, "generating"));
        EXPECT_TRUE(files().empty());
    }
    ::kill(*child(), SIGKILL);
    ASSERT_TRUE(becomes(id, "ready"));
    EXPECT_THAT(files(), testing::ElementsAre(of(id, "file")));
    EXPECT_EQ(database.number("select crashes from run_archive"), 1);
}

TEST_F(Reports, whose_process_dies_each_time_fail_and_say_why) {
    const auto engine = start();
    const FailPoint point("file.half=kill");
    const auto id = ask("PDF");
    ASSERT_TRUE(becomes(id, "failed"));
    EXPECT_THAT(of(id, "error"), HasSubstr("signal 9"));
    EXPECT_NE(of(id, "finished_at"), "");
    EXPECT_TRUE(files().empty());
}

TEST_F(Reports, whose_process_dies_after_naming_its_file_leave_one_file_in_the_end) {
    std::string id;
    const auto engine = start();
    {
        const FailPoint point("report.after_keep=kill");
        id = ask();
        ASSERT_TRUE(becomes(id, "failed"));
    }
    EXPECT_LE(files().size(), 1U);
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    queue::retry(tx, of(id, "run_id"), kOrganization, "test");
    tx.commit();
    ASSERT_TRUE(becomes(id, "ready"));
    EXPECT_THAT(files(), testing::ElementsAre(of(id, "file")));
    EXPECT_EQ(call("DELETE", "/{id}", id).status, 204);
    EXPECT_TRUE(files().empty());
}

TEST_F(Reports, that_are_deleted_while_they_are_made_leave_nothing) {
    const auto engine = start();
    const FailPoint point("report.before_ready=sleep:1000");
    const auto id = ask("XLSX");
    ASSERT_TRUE(becomes(id, "generating"));
    EXPECT_EQ(call("DELETE", "/{id}", id).status, 204);
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from run") == 0; }));
    EXPECT_EQ(database.number("select count(*) from report"), 0);
    EXPECT_TRUE(files().empty());
}

TEST_F(Reports, of_an_attempt_that_lost_its_run_are_not_kept) {
    const auto engine = start();
    std::string id;
    {
        const FailPoint point("report.before_ready=sleep:1000");
        id = ask();
        ASSERT_TRUE(becomes(id, "generating"));
        database.one(
            "update run set epoch = epoch + 1, state = 'scheduled', ready_at = 'infinity', incarnation = null");
        ASSERT_TRUE(eventually([] { return !child(); }));
    }
    EXPECT_TRUE(files().empty());
    EXPECT_EQ(of(id, "status"), "generating");
    database.one("update run set ready_at = now()");
    ASSERT_TRUE(becomes(id, "ready"));
    EXPECT_THAT(files(), testing::ElementsAre(of(id, "file")));
}

TEST_F(Reports, that_find_the_disk_full_fail_and_leave_no_half_file) {
    // The limit on the size of a file stands in for the disk's end: both end a write with an error.
    const auto engine = start(script("ulimit -f 16; exec " NIGHTSHIFT_PROGRAM " run-isolated"));
    for (const auto* format : {"CSV", "JSON", "XLSX", "PDF", "HTML"}) {
        database.one("update queue set is_paused = true");
        const auto id = ask(format);
        database.one("update run set max_attempts = 1");
        database.one("update queue set is_paused = false");
        ASSERT_TRUE(becomes(id, "failed")) << format;
        EXPECT_THAT(of(id, "error"), HasSubstr("File too large")) << format;
        EXPECT_TRUE(files().empty()) << format;
    }
}

TEST_F(Reports, asked_for_twice_are_made_by_one_run_and_have_a_file_each) {
    const auto first = ask("HTML"), second = ask("HTML");
    const auto engine = start();
    for (const auto& id : {first, second}) ASSERT_TRUE(becomes(id, "ready")) << of(id, "error");
    EXPECT_EQ(database.number("select count(*) from run_archive"), 1);
    EXPECT_EQ(files().size(), 2U);
    EXPECT_NE(of(first, "file"), of(second, "file"));
    EXPECT_EQ(of(first, "sha256"), of(second, "sha256"));
    EXPECT_NE(of(first, "expires_at"), "");
    EXPECT_EQ(call("DELETE", "/{id}", first).status, 204);
    const auto whole = body_of(call("GET", "/{id}/download", second));
    EXPECT_EQ(std::to_string(whole.size()), of(second, "bytes"));
    EXPECT_THAT(whole, testing::EndsWith("</html>\n"));
}

TEST_F(Reports, that_join_a_run_half_way_are_ready_with_it) {
    const auto engine = start();
    const FailPoint point("report.before_ready=sleep:1500");
    const auto first = ask();
    ASSERT_TRUE(becomes(first, "generating"));
    database.one("update report set began_at = began_at + interval '1 hour'");  // nothing was changed since
    const auto second = ask();
    ASSERT_EQ(of(first, "run_id"), of(second, "run_id"));
    for (const auto& id : {first, second}) ASSERT_TRUE(becomes(id, "ready")) << of(id, "error");
    EXPECT_EQ(files().size(), 2U);
}

TEST_F(Reports, whose_asker_lost_the_right_fail_and_say_so) {
    const auto id = ask();
    database.one("update report set viewer_permissions = '{organization.view}'");
    const auto engine = start();
    ASSERT_TRUE(becomes(id, "failed"));
    EXPECT_THAT(of(id, "error"), HasSubstr("may not see it any more"));
    EXPECT_TRUE(files().empty());
}

TEST_F(Reports, that_are_cancelled_half_way_leave_nothing) {
    const auto engine = start();
    const FailPoint point("file.half=sleep:1000");
    const auto id = ask("PDF");
    ASSERT_TRUE(becomes(id, "generating"));
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    queue::cancel(tx, of(id, "run_id"), kOrganization, "test", "enough");
    tx.commit();
    engine->cancel_hint(of(id, "run_id"));
    EXPECT_TRUE(becomes(id, "cancelled"));
    EXPECT_TRUE(files().empty());
}

TEST_F(Reports, that_have_expired_say_so) {
    const auto id = ask();
    database.one("update report set status = 'expired'");
    try {
        call("GET", "/{id}/download", id);
        FAIL();
    } catch (const core::Error& problem) {
        EXPECT_EQ(problem.status(), 410);
    }
}

TEST_F(Reports, whose_run_is_cancelled_before_it_starts_say_so) {
    const auto id = ask();
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    queue::cancel(tx, of(id, "run_id"), kOrganization, "test", "not needed any more");
    tx.commit();
    EXPECT_EQ(of(id, "status"), "cancelled");
    EXPECT_EQ(of(id, "error"), "not needed any more");
}

TEST_F(Reports, that_are_interrupted_by_a_drain_go_on_afterwards) {
    auto engine = start();
    std::string id;
    {
        const FailPoint point("file.half=sleep:500");
        id = ask();
        ASSERT_TRUE(becomes(id, "generating"));
        EXPECT_FALSE(engine->drain(0ms));
    }
    EXPECT_EQ(of(id, "status"), "pending");
    EXPECT_TRUE(files().empty());
    engine = start();
    ASSERT_TRUE(becomes(id, "ready"));
    EXPECT_EQ(files().size(), 1U);
}

}  // namespace
}  // namespace nightshift::tests
