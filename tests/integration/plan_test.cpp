// A hot statement touches the rows it needs: its plan, as PostgreSQL makes it once for all parameters, reads the table
// of live runs by an index although a hundred thousand rest there.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "domain/jobs/sql.h"
#include "domain/reminders/sql.h"
#include "domain/sla/sql.h"
#include "queue/sql.h"
#include "tests/kit/database.h"

namespace nightshift::tests {
namespace {

const core::pg::Statement* const kHot[] = {&queue::sql::admit,
                                           &queue::sql::admit_keyed,
                                           &queue::sql::claim,
                                           &queue::sql::dispatched,
                                           &queue::sql::dispatched_late,
                                           &queue::sql::end,
                                           &queue::sql::finish,
                                           &queue::sql::next_due,
                                           &queue::sql::owned,
                                           &queue::sql::promote,
                                           &queue::sql::queue_allowance,
                                           &queue::sql::rehint,
                                           &queue::sql::rescue_leases,
                                           &queue::sql::rescue_orphans,
                                           &queue::sql::run_explain,

                                           &queue::sql::run_show,
                                           &queue::sql::submit,
                                           &queue::sql::submit_one,
                                           &queue::sql::unclaim,
                                           &queue::sql::cancel_waiting,
                                           &queue::sql::cancel_intents,
                                           &queue::sql::dependency_release,
                                           &queue::sql::dependency_abandon};

std::size_t parameters_of(std::string_view sql) {
    std::size_t most = 0;
    for (auto at = sql.find('$'); at != std::string_view::npos; at = sql.find('$', at + 1))
        if (std::isdigit(static_cast<unsigned char>(sql[at + 1])) != 0)
            most = std::max<std::size_t>(most, std::stoul(std::string(sql.substr(at + 1, 2))));
    return most;
}

/// Each line of the plan that PostgreSQL makes once for all parameters.
std::vector<std::string> plan_of(core::pg::Transaction& tx, const core::pg::Statement& statement) {
    tx.run(core::pg::Statement{"", "set local plan_cache_mode = force_generic_plan"});
    const auto prepare = "prepare asked as " + std::string(statement.sql);
    tx.run(core::pg::Statement{"", prepare});
    std::string nulls;
    for (std::size_t i = 0; i < parameters_of(statement.sql); ++i) nulls += nulls.empty() ? "(null" : ", null";
    const auto explain = "explain execute asked" + (nulls.empty() ? nulls : nulls + ")");
    const auto plan = tx.run(core::pg::Statement{"", explain});
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < plan.size(); ++i) lines.emplace_back(plan.text(i, 0));
    tx.run(core::pg::Statement{"", "deallocate asked"});
    return lines;
}

void let_runs_rest(Database& database) {
    database.one("insert into queue (name) values ('rest')");
    database.one(
        "insert into run (id, organization_id, kind, queue, state, max_attempts, timeout_ms, ready_at, created_at, "
        "origin) "
        "select gen_random_uuid(), '" +
        kOrganization +
        "', 'echo', 'rest', 'scheduled', 3, 1000, now() + i * interval '1 minute', now(), 'api' "
        "from generate_series(1, 100000) i");
    database.one("analyze run");
}

TEST(Plan, of_a_hot_statement_never_reads_every_live_run) {
    Database database;
    let_runs_rest(database);
    auto lease = database.pool().acquire();
    for (const auto* statement : kHot) {
        core::pg::Transaction tx(lease);
        for (const auto& line : plan_of(tx, *statement))
            EXPECT_EQ(line.find("Seq Scan on run "), std::string::npos) << statement->name << ": " << line;
    }
}

TEST(Plan, of_what_is_due_ends_at_the_first_that_is_not) {
    Database database;
    let_runs_rest(database);
    auto lease = database.pool().acquire();
    for (const auto& [statement, moment] :
         {std::pair{&queue::sql::promote, "ready_at"}, {&queue::sql::schedule_due, "next_fire_at"}}) {
        core::pg::Transaction tx(lease);
        tx.run(core::pg::Statement{"", "set local enable_seqscan = off"});
        const auto plan = plan_of(tx, *statement);
        EXPECT_TRUE(std::ranges::any_of(plan,
                                        [&](const auto& line) {
                                            return line.find("Index Cond: (" + std::string(moment) + " <= ") !=
                                                   std::string::npos;
                                        }))
            << statement->name << ": " << testing::PrintToString(plan);
    }
}

/// These find the runs they are given by their primary key.
const core::pg::Statement* const kByKey[] = {
    &queue::sql::admit,         &queue::sql::admit_keyed,
    &queue::sql::back,          &queue::sql::cancel_waiting,
    &queue::sql::claim,         &queue::sql::dependency_abandon,
    &queue::sql::end,           &queue::sql::dependency_release,
    &queue::sql::finish,        &queue::sql::promote,
    &queue::sql::rehint,        &queue::sql::rescue_orphans,
    &queue::sql::rescue_poison, &queue::sql::unclaim,
};

/// The lines of a plan that read all of live runs, if only by the order of an index.
std::vector<std::string> whole_reads(const std::vector<std::string>& plan) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const auto& line = plan[i];
        const auto reads = [&](std::string_view what) { return line.find(what) != std::string::npos; };
        const bool is_bounded = i + 1 < plan.size() && plan[i + 1].find("Index Cond: ") != std::string::npos;
        if (reads("Seq Scan on run ") || (reads("Scan using ") && reads(" on run ") && !is_bounded))
            found.push_back(line);
    }
    return found;
}

/// A vacuum that comes while nothing is live leaves word that one row at most is to be expected: then to read a whole
/// index looks cheap, and a plan is kept that walks it for each of a batch once runs come by the hundred thousand.
TEST(Plan, of_the_engine_survives_a_vacuum_that_found_nothing) {
    Database database;
    let_runs_rest(database);
    database.one("delete from run where ready_at > now() + interval '1 hour'");
    core::pg::once(database.pool(), core::pg::Statement{"", "vacuum run"});
    database.one("delete from run");
    core::pg::once(database.pool(), core::pg::Statement{"", "vacuum analyze run"});
    core::pg::Pool engines({.url = database.url(), .size = 1, .by_index = true});
    auto lease = engines.acquire();
    for (const auto* statement : kByKey) {
        core::pg::Transaction tx(lease);
        const auto plan = plan_of(tx, *statement);
        EXPECT_TRUE(whole_reads(plan).empty()) << statement->name << ": " << testing::PrintToString(plan);
    }
}

/// What sweeps ask by index: for these there is one for each table they read, so that none costs more the longer it is.
const core::pg::Statement* const kSwept[] = {&domain::jobs::sql::overdue_take,  &domain::reminders::sql::find,
                                             &domain::sla::sql::clocks_move_on, &domain::sla::sql::due_take,
                                             &domain::sla::sql::facts,          &domain::sla::sql::thresholds_fire};

TEST(Plan, of_a_sweep_has_an_index_for_all_it_reads) {
    Database database;
    auto lease = database.pool().acquire();
    for (const auto* statement : kSwept) {
        core::pg::Transaction tx(lease);
        tx.run(core::pg::Statement{"", "set local enable_seqscan = off"});
        for (const auto& line : plan_of(tx, *statement))
            EXPECT_EQ(line.find("Seq Scan on "), std::string::npos) << statement->name << ": " << line;
    }
}

/// PostgreSQL tries five plans for what is given before it keeps one for all, and keeps it only where that is no
/// dearer.
TEST(Plan, of_a_new_job_is_made_once_for_all) {
    Database database;
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    const auto& statement = domain::jobs::sql::job_new;
    for (int i = 0; i < 12; ++i) tx.run(statement, kOrganization, kOrganization, kOrganization, kOrganization, nullptr);
    const auto plans = tx.run(
        core::pg::Statement{"", "select custom_plans from pg_prepared_statements where name = $1"}, statement.name);
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans.number(0, 0), 5);
}

}  // namespace
}  // namespace nightshift::tests
