// When a destination is left alone, and how close tries may follow each other.
#include "domain/breaker/breaker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace nightshift::domain::breaker {
namespace {

using namespace std::chrono_literals;

TEST(Breaker, leaves_a_destination_alone_after_five_failures_longer_and_longer) {
    EXPECT_EQ(pause_after(4), 0s);
    EXPECT_EQ(pause_after(5), 10s);
    EXPECT_EQ(pause_after(6), 20s);
    EXPECT_EQ(pause_after(1000), 1h);
    const auto all = pauses();
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_EQ(all[i], pause_after(kFailuresToOpen + static_cast<int>(i)).count());
    EXPECT_EQ(all.back(), 3600);
    EXPECT_EQ(most_at_once(4, 50), 50);
    EXPECT_EQ(most_at_once(5, 50), 1);
}

/// Whoever comes whenever they like, with the two numbers alone as memory: the moments at which they were let go.
std::vector<double> let_go(const Rate& rate, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> gap(0, 0.5);
    std::vector<double> went;
    double next = 0;
    for (double now = 0; now < 300; now += gap(random)) {
        if (next > now + rate.ahead) continue;
        next = std::max(next, now) + rate.gap;
        went.push_back(now);
    }
    return went;
}

TEST(Breaker, lets_no_more_go_in_any_minute_than_the_rate_says_and_nearly_as_many) {
    for (const int most : {1, 2, 5, 9, 10, 60, 100, 119})
        for (unsigned seed = 1; seed < 20; ++seed) {
            const auto went = let_go(per_minute(most), seed);
            for (std::size_t i = 0; i + static_cast<std::size_t>(most) < went.size(); ++i)
                EXPECT_GT(went[i + static_cast<std::size_t>(most)] - went[i], 60.0 - 1e-6) << most << " a minute";
            EXPECT_GE(went.size(), static_cast<std::size_t>(most) * 5 * 8 / 10) << most << " a minute";
        }
}

TEST(Breaker, has_no_rate_where_none_is_said) {
    EXPECT_EQ(per_minute(0).gap, 0);
    EXPECT_EQ(per_minute(0).ahead, 0);
}

}  // namespace
}  // namespace nightshift::domain::breaker
