// A hundred thousand jobs due in the same minute, swept to the end by the real program: everybody is told once, or
// there is no figure.
#include "tests/kit/burst.h"
#include "core/error/error.h"
#include "tests/bench/measure.h"

namespace nightshift::bench {
namespace {

constexpr int kBurstJobs = 100000;
constexpr double kMostMib = 256;

void take_burst(Figures& figures, const std::string& what, tests::Burst::Outcome (tests::Burst::*sweep)()) {
    tests::Database database;
    const auto outcome = (tests::Burst(database, kBurstJobs).*sweep)();
    if (!outcome.ended || outcome.told != kBurstJobs || outcome.twice != 0 || outcome.forgotten != 0)
        throw core::Error(core::Code::internal, what + ": expected each to be told once, " +
                                                    std::to_string(outcome.told) + " were told, " +
                                                    std::to_string(outcome.twice) + " twice, " +
                                                    std::to_string(outcome.forgotten) + " forgotten");
    const auto name = "100,000 " + what + " in one minute: ";
    figures.push_back({name + "told", "s", outcome.seconds, 0, 0});
    figures.push_back({name + "memory at most", "MiB", outcome.peak_mib, kMostMib, 0});
}

}  // namespace

void measure_burst(Figures& figures, const Options&) {
    take_burst(figures, "overdue", &tests::Burst::overdue);
    take_burst(figures, "late by their service level", &tests::Burst::late);
    take_burst(figures, "to be reminded of", &tests::Burst::reminded);
}

}  // namespace nightshift::bench
