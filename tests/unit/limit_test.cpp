// Token buckets: so many a minute for each key, in bounded memory.
#include <gtest/gtest.h>

#include "core/limit/buckets.h"

namespace nightshift::core::limit {
namespace {

using namespace std::chrono_literals;

struct Limits : testing::Test {
    std::chrono::steady_clock::time_point now{};
    Buckets::Clock clock = [this] { return now; };
};

TEST_F(Limits, AllowSoManyAtOnceAndThenOneByOneAsTimeGoes) {
    Buckets buckets({.per_minute = 60}, clock);
    for (std::uint32_t left = 60; left-- > 0;) {
        const auto taken = buckets.take("a");
        EXPECT_TRUE(taken.allowed);
        EXPECT_EQ(taken.left, left);
    }
    const auto refused = buckets.take("a");
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.wait, 1s);
    EXPECT_EQ(refused.full_again, 60s);
    now += 1s;
    EXPECT_TRUE(buckets.take("a").allowed);
    EXPECT_FALSE(buckets.take("a").allowed);
    now += 1h;
    EXPECT_EQ(buckets.take("a").left, 59U);
}

TEST_F(Limits, AskingInVainCostsNothing) {
    Buckets buckets({.per_minute = 6}, clock);
    for (int i = 0; i < 6; ++i) buckets.take("a");
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(buckets.take("a").wait, 10s);
    now += 10s;
    EXPECT_TRUE(buckets.take("a").allowed);
}

TEST_F(Limits, HoldEachKeyForItself) {
    Buckets buckets({.per_minute = 1}, clock);
    EXPECT_TRUE(buckets.take("a").allowed);
    EXPECT_FALSE(buckets.take("a").allowed);
    EXPECT_TRUE(buckets.take("b").allowed);
}

TEST_F(Limits, ForgetWhoAskedLongestAgoWhenThereAreTooMany) {
    Buckets buckets({.per_minute = 1, .remembered = 3}, clock);
    for (const auto* key : {"a", "b", "c", "a"}) buckets.take(key);
    for (int i = 0; i < 1000; ++i) {
        buckets.take("other" + std::to_string(i));
        buckets.take("a");
    }
    EXPECT_EQ(buckets.remembered(), 3U);
    EXPECT_FALSE(buckets.take("a").allowed);
    EXPECT_TRUE(buckets.take("b").allowed) << "b was forgotten";
}

TEST_F(Limits, OfZeroAreNone) {
    Buckets buckets({.per_minute = 0}, clock);
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(buckets.take("a").allowed);
    EXPECT_EQ(buckets.take("a").limit, 0U);
    EXPECT_EQ(buckets.remembered(), 0U);
}

}  // namespace
}  // namespace nightshift::core::limit
