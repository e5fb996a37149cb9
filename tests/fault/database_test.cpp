// PostgreSQL that stops, crashes, hangs, or cuts a link in the middle of a commit. Fault matrix rows 3, 8 to 12.
#include <csignal>

#include "tests/fault/fault.h"
#include "tests/kit/fault_proxy.h"
#include "tests/kit/private_servers.h"

namespace nightshift::tests {
namespace {

/// How a client asks for a prepared statement to be run: a Bind message names the empty portal, then the statement.
std::string running(const std::string& statement) {
    using namespace std::string_literals;
    return "\0"s + statement + "\0"s;
}

class DatabaseFault : public Fault {
protected:
    ProgramSettings through_proxy() const {
        auto with = settings();
        with.database_url = proxy.url();
        return with;
    }
    void submit_both() {
        submit_effects(10);
        submit(std::vector<queue::Submission>(10, submission("diagnostic.echo")));
    }

    FaultProxy proxy{database.url()};
};

TEST_F(DatabaseFault, a_commit_whose_answer_is_lost_is_never_repeated) {
    auto quiet = through_proxy();
    quiet.rescue_every = 60s;  // or its commits would be the ones that are harmed
    const auto program = start(quiet);
    ASSERT_TRUE(program->ready());
    proxy.lose_answer("COMMIT", 4);
    for (int i = 0; i < 4; ++i) submit_both();
    EXPECT_TRUE(all_ended()) << program->log();
    EXPECT_TRUE(sound()) << program->log();
    EXPECT_EQ(proxy.harmed(), 4);
}

TEST_F(DatabaseFault, a_commit_that_never_arrived_is_made_again) {
    auto quiet = through_proxy();
    quiet.rescue_every = 60s;
    const auto program = start(quiet);
    ASSERT_TRUE(program->ready());
    proxy.cut_before("COMMIT", 4);
    for (int i = 0; i < 4; ++i) submit_both();
    EXPECT_TRUE(all_ended()) << program->log();
    EXPECT_TRUE(sound()) << program->log();
    EXPECT_EQ(proxy.harmed(), 4);
    EXPECT_EQ(database.number("select count(*) from run_archive where attempt > 1 or crashes > 0"), 0);
}

TEST_F(DatabaseFault, ticks_survive_commits_that_are_cut_either_way) {
    auto scheduler = through_proxy();
    scheduler.roles = "scheduler";
    const auto program = start(scheduler);
    ASSERT_TRUE(program->ready());
    proxy.lose_answer("COMMIT");
    schedule_each_second();
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from schedule_fire") >= 1; }));
    proxy.cut_before("COMMIT");
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from schedule_fire") >= 3; }));
    auto others = settings();
    others.roles = "dispatcher,worker";
    const auto workers = start(others);
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
    EXPECT_EQ(proxy.harmed(), 2);
}

class LostAnswer : public DatabaseFault, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(to, LostAnswer, testing::Values("queue.claim", "queue.admit", "queue.promote", "queue.rehint"),
                         [](const auto& one) { return std::string(one.param).substr(6); });

TEST_P(LostAnswer, a_statement_that_happened_unheard_leaves_no_run_behind) {
    auto with = through_proxy();
    with.lease = 1500ms;
    const auto program = start(with);
    ASSERT_TRUE(program->ready());
    proxy.lose_answer(running(GetParam()), 2);
    for (int i = 0; i < 3; ++i) {
        submit_effects(4);
        auto later = submission("diagnostic.effect");
        later.not_before = std::chrono::system_clock::now() + 300ms;
        submit({later});
    }
    EXPECT_TRUE(eventually([&] { return proxy.harmed() >= 1; }));  // late runs are looked for each second
    EXPECT_TRUE(all_ended()) << program->log();
    EXPECT_TRUE(sound()) << program->log();
    EXPECT_EQ(program->told("incarnation.started"), 1U);  // it was never given up for that
}

TEST_F(DatabaseFault, away_for_longer_than_every_lease_costs_nothing_but_time) {
    auto with = through_proxy();
    with.lease = 800ms;
    const auto program = start(with);
    ASSERT_TRUE(program->ready());
    submit_effects(6, 0.3);
    submit(std::vector<queue::Submission>(6, submission("diagnostic.sleep", {{"seconds", 0.3}})));
    ASSERT_TRUE(eventually([&] { return database.number("select count(*) from run where state = 'running'") > 0; }));
    proxy.refuse();
    EXPECT_TRUE(eventually([&] { return program->call("GET", "/ready").status == 503; }));
    const auto refused = program->call("POST", "/api/v1/runs", R"({"kind": "diagnostic.echo"})");
    EXPECT_EQ(refused.status, 503);
    EXPECT_NE(refused.head.find("Retry-After"), std::string::npos);
    // What was in hand is tried to be written for two leases; then a while longer.
    EXPECT_TRUE(eventually([&] { return program->told("lease.not_renewed") >= 8; }));
    proxy.pass();
    EXPECT_TRUE(eventually([&] { return program->call("GET", "/ready").status == 200; }));
    EXPECT_TRUE(all_ended()) << program->log();
    EXPECT_TRUE(sound()) << program->log();
}

TEST_F(DatabaseFault, links_that_freeze_past_the_lease_change_nothing_when_they_thaw) {
    auto with = through_proxy();
    with.lease = 1000ms;
    const auto frozen = start(with);
    ASSERT_TRUE(frozen->ready());
    const auto ids = submit_effects(4, 0.5);
    ASSERT_TRUE(eventually([&] { return database.number("select count(*) from run where state = 'running'") == 4; }));
    proxy.freeze();
    const auto heir = start();
    EXPECT_TRUE(all_ended()) << heir->log();
    proxy.pass();
    EXPECT_TRUE(eventually([&] { return frozen->told("incarnation.started") == 2; })) << frozen->log();
    heir->signal(SIGKILL);
    submit_effects(4);
    EXPECT_TRUE(all_ended()) << frozen->log();
    EXPECT_TRUE(sound());
}

TEST_F(DatabaseFault, slow_links_cost_no_lease) {
    auto with = through_proxy();
    with.lease = 2000ms;
    const auto program = start(with);
    ASSERT_TRUE(program->ready());
    proxy.delay(50ms);
    submit_effects(4);
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
    EXPECT_EQ(program->told("incarnation.fenced"), 0U);
}

TEST_F(DatabaseFault, a_program_told_to_stop_while_it_waits_for_its_database_does) {
    proxy.refuse();
    const auto program = start(through_proxy());
    ASSERT_TRUE(eventually([&] { return program->told("database.waiting") > 0; }));
    program->signal(SIGTERM);
    EXPECT_TRUE(program->exited(0, 5s));
}

TEST_F(DatabaseFault, a_program_told_to_stop_while_its_database_is_away_does) {
    auto with = through_proxy();
    with.lease = 1000ms;
    with.drain = 500ms;
    const auto program = start(with);
    const auto ids = submit_effects(2, 600);
    ASSERT_TRUE(eventually([&] { return database.number("select count(*) from run where state = 'running'") == 2; }));
    proxy.refuse();
    program->signal(SIGTERM);
    EXPECT_TRUE(program->exited(0, 15s)) << program->log();
    database.one("update run set args = '{\"seconds\": 0}'");
    const auto heir = start();
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
}

/// A server of its own, to be stopped for real: a crash of PostgreSQL loses commits that were not yet on disk.
struct OwnPostgres {
    OwnPostgres() { servers.run("postgres_start"); }
    PrivateServers servers;
};
class DatabaseCrash : private OwnPostgres, public Fault {
protected:
    DatabaseCrash() : Fault(servers.ask("postgres_url")) {}
    using OwnPostgres::servers;
};

TEST_F(DatabaseCrash, and_restart_under_load_loses_and_doubles_nothing) {
    auto with = settings();
    with.lease = 1000ms;
    const auto first = start(with), second = start(with);
    ASSERT_TRUE(first->ready() && second->ready());
    schedule_each_second();
    for (const auto* way : {"immediate", "fast"}) {
        submit_effects(50, 0.02);
        submit(std::vector<queue::Submission>(50, submission("diagnostic.echo")));
        ASSERT_TRUE(eventually([&] { return database.number("select count(*) from run_archive") >= 10; }));
        servers.run(std::string("postgres_stop"), way);
        EXPECT_TRUE(
            eventually([&] { return first->told("lease.not_renewed") + second->told("lease.not_renewed") >= 4; }));
        servers.run("postgres_start");
        EXPECT_TRUE(eventually([&] {  // our own connections are as dead as theirs
            try {
                return database.number("select 1") == 1;
            } catch (const std::exception&) {
                return false;
            }
        }));
    }
    EXPECT_TRUE(eventually([&] { return all_ended(); })) << first->log();
    EXPECT_TRUE(sound()) << first->log();
    EXPECT_FALSE(first->ended(0ms) || second->ended(0ms));
}

}  // namespace
}  // namespace nightshift::tests
