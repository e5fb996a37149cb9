// core/pg: which connections a pool keeps.
#include <gtest/gtest.h>

#include "core/error/error.h"
#include "tests/kit/database.h"

namespace nightshift::tests {
namespace {

using core::pg::Transaction;

std::string backend(core::pg::Pool& pool, bool commits) {
    auto lease = pool.acquire();
    Transaction tx(lease);
    std::string pid(tx.execute("select pg_backend_pid()").text(0, 0));
    if (commits) tx.commit();
    return pid;
}

TEST(Pool, keeps_a_connection_over_commits_and_roll_backs) {
    Database database;
    core::pg::Pool pool({.url = database.url(), .size = 1});
    const auto first = backend(pool, true);
    EXPECT_EQ(backend(pool, false), first);
    EXPECT_EQ(backend(pool, true), first);
    EXPECT_EQ(pool.state().failures, 0U);
}

TEST(Pool, keeps_a_connection_over_a_statement_that_fails) {
    Database database;
    core::pg::Pool pool({.url = database.url(), .size = 1});
    const auto first = backend(pool, true);
    {
        auto lease = pool.acquire();
        Transaction tx(lease);
        EXPECT_THROW(tx.execute("select 1 / 0"), core::Error);
    }
    EXPECT_EQ(backend(pool, true), first);
}

TEST(Pool, throws_a_broken_connection_away) {
    Database database;
    core::pg::Pool pool({.url = database.url(), .size = 1});
    const auto first = backend(pool, true);
    database.one("select pg_terminate_backend(" + first + ")");
    EXPECT_THROW(backend(pool, true), core::Error);
    EXPECT_NE(backend(pool, true), first);
    EXPECT_EQ(pool.state().failures, 1U);
}

}  // namespace
}  // namespace nightshift::tests
