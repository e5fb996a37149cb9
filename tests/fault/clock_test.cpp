// Hosts whose clock is wrong: the database's clock decides. Fault matrix rows 31, 32.
#include "tests/fault/fault.h"

namespace nightshift::tests {
namespace {

class Clock : public Fault, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(off_by, Clock, testing::Values(-86400, 3600, 86400), [](const auto& one) {
    return (one.param < 0 ? "minus_" : "plus_") + std::to_string(std::abs(one.param)) + "_seconds";
});

TEST_P(Clock, a_host_with_a_wrong_clock_works_beside_one_with_a_right_one) {
    auto wrong = settings();
    wrong.environment = {{"LD_PRELOAD", NIGHTSHIFT_SKEWED_CLOCK}, {"SKEWED_CLOCK", std::to_string(GetParam())}};
    const auto skewed = start(wrong), right = start();
    ASSERT_TRUE(skewed->ready() && right->ready());
    schedule_each_second();
    auto later = submission("diagnostic.effect");
    later.not_before = std::chrono::system_clock::now() + 1h;
    const auto not_yet = submit({later}).front();
    for (int i = 0; i < 10; ++i) submit_effects(6, 0.05);
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from schedule_fire") >= 3; }));
    EXPECT_EQ(state(not_yet), "scheduled");
    database.one("update run set ready_at = now() where state = 'scheduled'");
    EXPECT_TRUE(all_ended()) << skewed->log();
    EXPECT_TRUE(sound());
    EXPECT_EQ(database.number("select count(distinct incarnation) from run_archive"), 2);
    EXPECT_EQ(database.number("select count(*) from schedule_fire where abs(extract(epoch from at - fire_at)) > 5"), 0);
    EXPECT_EQ(skewed->told("incarnation.fenced") + right->told("incarnation.fenced"), 0U);
}

}  // namespace
}  // namespace nightshift::tests
