// Processes that die, freeze, hang, stop or run twice. Fault matrix rows 4, 5, 7, 29, 30, 41 to 44.
#include <csignal>

#include <fstream>

#include "tests/fault/fault.h"

namespace nightshift::tests {
namespace {

class Process : public Fault {
protected:
    ProgramSettings roles(const std::string& names) const {
        auto with = settings();
        with.roles = names;
        return with;
    }
    std::int64_t started() { return database.number("select count(*) from run where state = 'running'"); }
};

TEST_F(Process, a_killed_worker_is_replaced_within_its_lease_and_its_runs_go_on_elsewhere) {
    const auto rest = start(roles("api,dispatcher,scheduler,maintenance"));
    auto short_lease = roles("worker");
    short_lease.lease = 2000ms;
    const auto first = start(short_lease);
    const auto ids = submit_effects(4, 600);
    ASSERT_TRUE(eventually([&] { return started() == 4; }));
    database.one("update run set args = '{\"seconds\": 0}'");  // the next try is quick
    first->signal(SIGKILL);
    const auto killed = std::chrono::steady_clock::now();
    const auto second = start(short_lease);
    EXPECT_TRUE(all_ended(10s));
    EXPECT_LT(std::chrono::steady_clock::now() - killed, 8s);
    EXPECT_TRUE(sound());
    EXPECT_EQ(database.number("select count(*) from run_archive where attempt = 1 and crashes = 1"), 4);
}

TEST_F(Process, a_worker_frozen_past_its_lease_changes_nothing_when_it_wakes) {
    const auto frozen = start();
    const auto id = submit("diagnostic.effect", {{"seconds", 1}});
    ASSERT_TRUE(becomes(id, "running"));
    frozen->signal(SIGSTOP);
    const auto heir = start();
    expire_lease_of(*frozen);
    // Its open transaction holds no lock that the heir needs: the mark is a row of its own.
    ASSERT_TRUE(becomes(id, "succeeded"));
    frozen->signal(SIGCONT);
    EXPECT_TRUE(eventually([&] { return frozen->told("run.fenced") > 0 || frozen->told("incarnation.fenced") > 0; }));
    EXPECT_TRUE(eventually([&] { return frozen->told("incarnation.started") == 2; })) << frozen->log();
    heir->signal(SIGKILL);
    const auto other = submit("diagnostic.effect");
    EXPECT_TRUE(becomes(other, "succeeded"));  // it works again, as somebody new
    EXPECT_TRUE(sound());
    EXPECT_EQ(database.number("select epoch from run_archive where id = '" + id + "'"), 3);
}

TEST_F(Process, a_run_that_takes_its_process_down_is_dead_after_three) {
    auto poisoned = settings();
    poisoned.fail_points = "work.before_handler=kill";
    const auto poison = submit("diagnostic.effect");
    for (int i = 0; i < 3; ++i) {
        const auto victim = start(poisoned);
        ASSERT_TRUE(victim->ended_by(SIGKILL)) << i;
        expire_lease_of(*victim);
    }
    const auto survivor = start();
    EXPECT_TRUE(becomes(poison, "dead"));
    const auto good = submit("diagnostic.effect");
    EXPECT_TRUE(becomes(good, "succeeded"));
    EXPECT_TRUE(sound());
    EXPECT_EQ(database.one("select error_class from run_archive where state = 'dead'"), "crash");
    EXPECT_EQ(database.number("select count(*) from run_attempt where outcome = 'crash'"), 3);
}

TEST_F(Process, two_with_all_roles_start_no_run_twice_and_make_each_tick_once) {
    const auto first = start(), second = start();
    schedule_each_second();
    for (int i = 0; i < 10; ++i) submit_effects(10, 0.01);
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from schedule_fire") >= 3; }));
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
    EXPECT_EQ(database.number("select count(*) from run_archive where epoch <> 1"), 0);
    EXPECT_EQ(database.number("select count(distinct incarnation) from run_archive"), 2);
    // Ticks are a second apart without a gap: none was lost.
    EXPECT_EQ(
        database.one("select extract(epoch from max(fire_at) - min(fire_at))::int + 1 = count(*) from schedule_fire"),
        "t");
}

TEST_F(Process, stopping_interrupts_what_runs_and_costs_it_nothing) {
    auto impatient = settings();
    impatient.drain = 100ms;
    const auto ids = submit_effects(12, 600);  // more than there are slots
    const auto program = start(impatient);
    ASSERT_TRUE(eventually([&] { return started() >= 4; }));
    program->signal(SIGTERM);
    EXPECT_TRUE(program->exited(0)) << program->log();
    EXPECT_EQ(database.number(
                  "select count(*) from run where state in ('ready', 'dispatched') and attempt = 0 and crashes = 0"),
              12);
    EXPECT_EQ(database.number("select count(*) from incarnation where ended_at is null"), 0);
    database.one("update run set args = '{\"seconds\": 0}'");
    const auto next = start();
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
    EXPECT_EQ(database.number("select count(*) from run_archive where crashes > 0 or attempt <> 1"), 0);
}

TEST_F(Process, a_handler_that_ignores_a_cancel_is_given_up_and_stops_nobody) {
    const auto program = start();
    const auto id = submit("diagnostic.sleep", {{"seconds", 3600}, {"ignore_stop", true}});
    ASSERT_TRUE(becomes(id, "running"));
    database.one("update run set cancel_requested_at = clock_timestamp()");
    EXPECT_TRUE(becomes(id, "cancelled", 30s));
    const auto good = submit_effects(8);
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
    program->signal(SIGTERM);
    EXPECT_TRUE(program->exited(0)) << program->log();  // though a thread of it still sleeps
}

TEST_F(Process, a_kind_that_nobody_knows_is_dead_with_a_word_on_what_to_do) {
    const auto program = start();
    auto later = submission("diagnostic.echo");
    later.not_before = std::chrono::system_clock::now() + 1h;
    const auto id = submit({later}).front();
    database.one("update run set kind = 'no.such', ready_at = now()");
    ASSERT_TRUE(becomes(id, "dead"));
    EXPECT_NE(database.one("select error_message from run_archive").find("deploy a worker that has it"),
              std::string::npos);
    EXPECT_TRUE(sound());
}

TEST_F(Process, a_schedule_of_a_kind_that_nobody_knows_holds_up_no_other) {
    schedule_each_second();
    database.one("update schedule set kind = 'no.such', name = 'unknown', cron = '*/2 * * * * *'");
    schedule_each_second();
    const auto program = start();
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from schedule_fire") >= 2; }))
        << program->log();
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
    EXPECT_GE(program->told("schedule.unreadable"), 1U);
}

TEST_F(Process, the_same_unique_submit_after_a_kill_before_the_answer_is_the_same_run) {
    auto doomed = settings();
    doomed.roles = "api";
    doomed.fail_points = "submit.after_commit=kill";
    const std::string body = R"({"kind": "diagnostic.effect", "unique_key": "one", "queue": ")" + queue_name + R"("})";
    const auto victim = start(doomed);
    ASSERT_TRUE(victim->ready());
    EXPECT_EQ(victim->call("POST", "/api/v1/runs", body).status, 0);
    ASSERT_TRUE(victim->ended_by(SIGKILL));
    const auto heir = start(roles("api"));
    ASSERT_TRUE(heir->ready());
    EXPECT_EQ(heir->call("POST", "/api/v1/runs", body).status, 202);
    EXPECT_EQ(database.number("select count(*) from run"), 1);
    const auto worker = start(roles("dispatcher,worker"));
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
}

TEST_F(Process, a_second_signal_stops_at_once) {
    const auto program = start();
    const auto id = submit("diagnostic.sleep", {{"seconds", 3600}});
    ASSERT_TRUE(becomes(id, "running"));
    program->signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return program->told("daemon.draining") > 0; }));
    program->signal(SIGTERM);
    EXPECT_TRUE(program->exited(0, 3s));
    database.one("update run set args = '{\"seconds\": 0}'");
    const auto heir = start();
    expire_lease_of(*program);
    EXPECT_TRUE(becomes(id, "succeeded"));
    EXPECT_TRUE(sound());
}

TEST_F(Process, a_wrong_configuration_on_reload_changes_nothing) {
    const auto program = start();
    ASSERT_TRUE(program->ready());
    for (const auto* bad : {"workers: {slots: many}\n", "wrokers: {}\n", "a: [\n", "log: {level: loud}\n", "\x01"}) {
        const auto refused = program->told("configuration.refused");
        std::ofstream(program->configuration()) << bad;
        program->signal(SIGHUP);
        EXPECT_TRUE(eventually([&] { return program->told("configuration.refused") > refused; })) << bad;
    }
    submit_effects(3);
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
}

}  // namespace
}  // namespace nightshift::tests
