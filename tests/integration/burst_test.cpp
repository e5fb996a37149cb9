// Thousands of jobs due in the same minute: everybody is told once, by a program that does not grow with them. A
// hundred thousand are in ./dev bench, "burst".
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/kit/burst.h"
#include "tests/kit/instrumented.h"

namespace nightshift::tests {
namespace {

constexpr int kBurstJobs = 6000;  // several batches of each sweep

class Bursts : public testing::Test {
protected:
    void expect_whole(const Burst::Outcome& outcome) {
        std::printf("%d jobs in %.1f s, %.0f MiB at most\n", kBurstJobs, outcome.seconds, outcome.peak_mib);
        EXPECT_TRUE(outcome.ended);
        EXPECT_EQ(outcome.told, kBurstJobs);
        EXPECT_EQ(outcome.twice, 0);
        EXPECT_EQ(outcome.forgotten, 0);
        if (!kInstrumented) {
            EXPECT_LT(outcome.peak_mib, 256);
        }
    }
    Database database;
    Burst burst{database, kBurstJobs};
};

TEST_F(Bursts, OfOverdueJobsAreToldOnceEach) {
    expect_whole(burst.overdue());
}

TEST_F(Bursts, OfServiceLevelsAreToldOnceEach) {
    expect_whole(burst.late());
}

TEST_F(Bursts, OfRemindersAreToldOnceEach) {
    expect_whole(burst.reminded());
}

}  // namespace
}  // namespace nightshift::tests
