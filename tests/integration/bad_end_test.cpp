// Ends that can't be written as the handler meant them: they fail that run and nothing else.
#include <gtest/gtest.h>

#include "core/time/time.h"
#include "queue/engine.h"
#include "queue/submit.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;
using core::json::object;

queue::Outcome good(const object&, queue::Run&) {
    return queue::Done{};
}
queue::Outcome nul(const object&, queue::Run&) {
    return queue::Done{core::json::value(std::string_view("a\0b", 3))};
}
queue::Outcome nul_beside_an_effect(const object& args, queue::Run& run) {
    run.transaction().execute("insert into once values (7)");
    return nul(args, run);
}
/// The key is checked at the commit.
queue::Outcome doubles_a_key(const object&, queue::Run& run) {
    run.transaction().execute("insert into once values (1), (1)");
    return queue::Done{};
}
queue::Outcome stutters(const object&, queue::Run&) {
    return queue::Permanent{"bad\xff", std::string("no \0 text \xc3", 11)};
}
constexpr queue::Kind kBadEnds[] = {
    {.name = "test.good", .doc = "Ends well.", .body = good},
    {.name = "test.nul", .doc = "Its result holds what no jsonb takes.", .body = nul},
    {.name = "test.nul_beside",
     .doc = "The same, with an effect.",
     .max_attempts = 2,
     .backoff_first = 20ms,
     .body = nul_beside_an_effect},
    {.name = "test.key",
     .doc = "Its effect can't be committed.",
     .max_attempts = 2,
     .backoff_first = 20ms,
     .body = doubles_a_key},
    {.name = "test.stutter", .doc = "Its error is no text.", .body = stutters},
};

TEST(BadEnd, costs_its_own_run_and_no_other) {
    Database database;
    database.one("create table once (n int unique deferrable initially deferred)");
    std::vector<const queue::Kind*> kinds;
    for (const auto& kind : kBadEnds) kinds.push_back(&kind);
    queue::Engine engine({.database_url = database.url(), .slots = 4, .beat = 200ms, .lease = 5s}, kinds);
    std::vector<std::string> ids;
    {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        std::vector<queue::Submission> runs(40, {.kind = "test.good", .organization = core::time::uuid7()});
        for (const auto* kind : {"test.nul", "test.nul_beside", "test.key", "test.stutter"})
            runs.insert(runs.begin() + 20, {.kind = kind, .organization = core::time::uuid7()});
        queue::submit(tx, runs);
        tx.commit();
    }
    engine.start();
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from run") == 0; }));
    EXPECT_EQ(database.number("select count(*) from run_archive where state = 'succeeded' and kind = 'test.good'"), 40);
    EXPECT_EQ(database.number("select count(*) from run_archive where state = 'dead'"), 4);
    EXPECT_EQ(database.one("select string_agg(error_class, ' ' order by kind) from run_archive where state = 'dead'"),
              "E_CONFLICT bad_result E_RULE bad\uFFFD");
    EXPECT_EQ(database.number("select count(*) from once"), 0);
}

}  // namespace
}  // namespace nightshift::tests
