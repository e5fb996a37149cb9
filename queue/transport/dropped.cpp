#include "queue/transport/dropped.h"

#include <array>
#include <chrono>
#include <mutex>

#include "core/log/log.h"
#include "queue/transport/transport.h"

namespace nightshift::queue {
namespace {

constexpr std::array<const char*, 3> kNames{"malformed", "oversized", "foreign"};
constexpr auto kTellEvery = std::chrono::minutes(1);

struct Tally {
    std::uint64_t count = 0, told = 0;
    std::chrono::steady_clock::time_point told_at{};
};

std::mutex mutex;  // guards tallies
std::array<Tally, 3> tallies;

}  // namespace

void drop_hint(Fault fault, const std::string& queue, const std::string& why, std::uint64_t bytes) {
    std::uint64_t since = 0;
    {
        const std::lock_guard lock(mutex);
        auto& tally = tallies[static_cast<std::size_t>(fault)];
        ++tally.count;
        const auto now = std::chrono::steady_clock::now();
        if (tally.told > 0 && now - tally.told_at < kTellEvery) return;
        since = tally.count - tally.told;
        tally.told = tally.count;
        tally.told_at = now;
    }
    core::log::warn("hint.dropped", {{"fault", kNames[static_cast<std::size_t>(fault)]},
                                     {"queue", queue},
                                     {"error", why},
                                     {"bytes", std::to_string(bytes)},
                                     {"since_last_told", std::to_string(since)}});
}

DroppedHints dropped_hints() {
    const std::lock_guard lock(mutex);
    return {.malformed = tallies[0].count, .oversized = tallies[1].count, .foreign = tallies[2].count};
}

}  // namespace nightshift::queue
