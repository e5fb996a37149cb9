// report.scheduled: what a schedule does to have a report made at each tick.
#include <gtest/gtest.h>

#include "core/time/time.h"
#include "kinds.h"
#include "queue/engine.h"
#include "queue/submit.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;

class ScheduledReport : public testing::Test {
protected:
    void SetUp() override {
        database.one("insert into organization (id, name) values ('" + kOrganization + "', 'Ours')");
        database.one("insert into queue (name) values ('" + queue_name + "') on conflict do nothing");
        engine = std::make_unique<queue::Engine>(
            queue::EngineSettings{.database_url = database.url(), .queues = {queue_name}, .slots = 2},
            std::vector<const queue::Kind*>(std::begin(generated::kinds), std::end(generated::kinds)));
        engine->start();
    }
    void run(const core::json::object& args) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        queue::submit(tx,
                      {.kind = "report.scheduled", .args = args, .organization = kOrganization, .queue = queue_name});
        tx.commit();
    }
    bool ends(const std::string& state) {
        return eventually(
            [&] { return database.one("select state from run_archive where kind = 'report.scheduled'") == state; });
    }

    Database database;
    std::string queue_name = "test" + core::time::uuid7();
    std::unique_ptr<queue::Engine> engine;
};

TEST_F(ScheduledReport, asks_for_one_report_and_submits_the_run_that_makes_it) {
    run({{"name", "Nightly"}, {"report_type", "job_summary"}, {"export_format", "CSV"}});
    ASSERT_TRUE(ends("succeeded"));
    EXPECT_EQ(database.one("select count(*)::text || min(name) || min(status) from report"), "1Nightlypending");
    EXPECT_EQ(database.number("select count(*) from run r join report p on p.run_id = r.id "
                              "where r.kind = 'report.generate' and r.args ->> 'report_id' = p.id::text"),
              1);
}

TEST_F(ScheduledReport, of_a_type_that_is_not_known_is_dead_at_once_and_leaves_nothing) {
    run({{"name", "Nightly"}, {"report_type", "job_sumary"}});
    ASSERT_TRUE(ends("dead"));
    EXPECT_EQ(database.number("select attempt from run_archive"), 1);
    EXPECT_EQ(database.number("select count(*) from report"), 0);
    EXPECT_NE(database.one("select error_message from run_archive").find("did you mean \"job_summary\""),
              std::string::npos);
}

}  // namespace
}  // namespace nightshift::tests
