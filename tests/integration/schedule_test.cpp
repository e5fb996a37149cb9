// Schedules against a real database: what tests/model/tick.pml proves of the model.
#include <gtest/gtest.h>

#include "kinds.h"
#include "queue/engine.h"
#include "queue/scheduler.h"
#include "tests/kit/database.h"

namespace nightshift::tests {
namespace {

constexpr auto* kBack = "01900000-0000-7000-8000-00000000000a";
constexpr auto* kOther = "01900000-0000-7000-8000-00000000000b";

std::string schedule(const std::string& id, const std::string& next) {
    return "insert into schedule (id, organization_id, name, kind, cron, overlap, next_fire_at) values ('" + id +
           "', '0190d1a0-0000-7000-8000-000000000001', '" + id + "', 'diagnostic.echo', '0 * * * *', 'allow', " + next +
           ")";
}

TEST(Schedule, a_cursor_set_back_fires_nothing_twice_and_holds_up_no_other) {
    Database database;
    const queue::Engine registers({.database_url = database.url(), .diagnostics = true}, generated::kinds);
    const std::string hour = "date_trunc('hour', now())";
    database.one(schedule(kBack, hour));
    database.one(schedule(kOther, hour));
    database.one(std::string("insert into schedule_fire (schedule_id, fire_at, outcome, at) values ('") + kBack +
                 "', " + hour + ", 'fired', now())");
    queue::Scheduler(database.pool()).run_once();
    const auto runs_of = [&](const std::string& id) {
        return database.number("select count(*) from run where schedule_id = '" + id + "'");
    };
    EXPECT_EQ(runs_of(kBack), 0);
    EXPECT_EQ(runs_of(kOther), 1);
    EXPECT_EQ(database.number("select count(*) from schedule where next_fire_at > now()"), 2);
    EXPECT_EQ(database.number("select count(*) from schedule_fire"), 2);
}

}  // namespace
}  // namespace nightshift::tests
