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

/// What the server heard when a transaction's first statement had this value.
std::string heard(core::pg::Pool& pool, const std::string& value) {
    static constexpr core::pg::Statement kHeard{
        "pool.heard", "select query, $1::text from pg_stat_activity where pid = pg_backend_pid()"};
    auto lease = pool.acquire();
    Transaction tx(lease, {.actor = "user:x", .organization = "y"});
    const auto rows = tx.run(kHeard, value);
    EXPECT_EQ(rows.text(0, 1), value);
    EXPECT_EQ(tx.execute("select current_setting('nightshift.actor')").text(0, 0), "user:x");
    return std::string(rows.text(0, 0));
}

TEST(Transaction, begins_in_the_message_of_its_first_statement) {
    Database database;
    core::pg::Pool pool({.url = database.url(), .size = 1});
    for (const std::string id : {"0190d1a0-0000-7000-8000-000000000001", R"({"0190d1a0-0000-7000-8000-000000000001"})",
                                 "-12.5", "2026-11-22T10:00:00Z"})
        EXPECT_EQ(heard(pool, id).substr(0, 6), "begin;") << id;
}

TEST(Transaction, keeps_out_of_a_text_what_is_no_id_number_or_moment) {
    Database database;
    core::pg::Pool pool({.url = database.url(), .size = 1});
    for (const std::string said : {"correct horse", "'; drop table job; --", "x@example.org",
                                   "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}) {
        const auto text = heard(pool, said);
        EXPECT_EQ(text.find(said), std::string::npos) << text;
    }
}

TEST(Transaction, is_rolled_back_when_its_first_statement_fails) {
    static constexpr core::pg::Statement kDivide{"pool.divide", "select 1 / $1::int"};
    Database database;
    core::pg::Pool pool({.url = database.url(), .size = 1});
    const auto first = backend(pool, true);
    {
        auto lease = pool.acquire();
        Transaction tx(lease);
        EXPECT_THROW(tx.run(kDivide, 0), core::Error);
        EXPECT_THROW(tx.run(kDivide, 1), core::Error) << "it is over";
    }
    EXPECT_EQ(backend(pool, true), first);
}

TEST(Transaction, of_nothing_says_nothing) {
    Database database;
    core::pg::Pool pool({.url = database.url(), .size = 1});
    database.one("select pg_terminate_backend(" + backend(pool, true) + ")");
    auto lease = pool.acquire();
    Transaction tx(lease);
    EXPECT_NO_THROW(tx.commit());
}

}  // namespace
}  // namespace nightshift::tests
