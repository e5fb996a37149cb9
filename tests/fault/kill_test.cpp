// kill -9 at every step of a run: research and DESIGN 5, fault matrix row 1.
#include <csignal>

#include "tests/fault/fault.h"

namespace nightshift::tests {
namespace {

class Killed : public Fault, public testing::WithParamInterface<const char*> {
protected:
    /// Something for every step: plain ends, ends with an effect, another try, a lost process, a due run, ticks.
    void submit_a_mix() {
        submit_effects(12);
        submit(std::vector<queue::Submission>(6, submission("diagnostic.echo")));
        submit(std::vector<queue::Submission>(2, submission("diagnostic.fail", {{"until_attempt", 2}})));
        auto later = submission("diagnostic.effect");
        later.not_before = std::chrono::system_clock::now() + 300ms;
        submit({later});
        const auto orphan = submit("diagnostic.effect");
        database.one(
            "insert into incarnation (id, name, host, pid, version, roles, queues, slots, started_at, beat_at, "
            "lease_until) "
            "values ('0190d1a0-0000-7000-8000-00000000dead', 'lost', 'h', 0, 'v', '{}', '{}', 1, now(), now(), now())");
        database.one(
            "update run set state = 'running', epoch = 1, attempt = 1, started_at = now(), incarnation = "
            "'0190d1a0-0000-7000-8000-00000000dead' where id = '" +
            orphan + "'");
        schedule_each_second();
    }
};

INSTANTIATE_TEST_SUITE_P(at, Killed,
                         testing::Values("dispatch.before_admit", "dispatch.after_admit", "dispatch.before_publish",
                                         "dispatch.after_publish", "hint.received", "claim.before_commit",
                                         "claim.after_commit", "hint.acknowledged", "work.before_handler",
                                         "finish.before_commit", "finish.after_commit", "complete.before_commit",
                                         "complete.after_commit", "settle.before_commit", "settle.after_commit",
                                         "rescue.before_commit", "rescue.after_commit", "schedule.due_read",
                                         "schedule.before_commit", "schedule.after_commit", "promote.after_commit"),
                         [](const auto& one) {
                             std::string name = one.param;
                             std::ranges::replace(name, '.', '_');
                             return name;
                         });

TEST_P(Killed, nothing_is_lost_and_nothing_done_twice) {
    submit_a_mix();
    auto doomed = settings();
    doomed.fail_points = std::string(GetParam()) + "=kill";
    doomed.rehint = 500ms;
    const auto victim = start(doomed);
    ASSERT_TRUE(victim->ended_by(SIGKILL)) << victim->log();
    doomed.fail_points.clear();
    const auto heir = start(doomed);
    expire_lease_of(*victim);
    const std::int64_t ticks = std::string_view(GetParam()).starts_with("schedule") ? 2 : 1;
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from schedule_fire") >= ticks; }));
    EXPECT_TRUE(all_ended()) << heir->log();
    EXPECT_TRUE(sound()) << heir->log();
    EXPECT_EQ(database.number("select count(*) from run_archive where state <> 'succeeded'"), 0);
}

}  // namespace
}  // namespace nightshift::tests
