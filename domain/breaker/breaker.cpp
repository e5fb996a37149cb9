#include "domain/breaker/breaker.h"

#include <algorithm>

namespace nightshift::domain::breaker {

using namespace std::chrono_literals;

std::chrono::seconds pause_after(int failures) {
    if (failures < kFailuresToOpen) return 0s;
    const int doubled = std::min(failures - kFailuresToOpen, 9);
    return std::min<std::chrono::seconds>(10s * (1 << doubled), 1h);
}

std::vector<std::int64_t> pauses() {
    std::vector<std::int64_t> all;
    for (int failures = kFailuresToOpen; all.empty() || all.back() < std::chrono::seconds(1h).count(); ++failures)
        all.push_back(pause_after(failures).count());
    return all;
}

Rate per_minute(int most) {
    if (most <= 0) return {};
    constexpr double kMinute = 60;
    const int together = 1 + most / 10;  // a tenth may follow at once: a worker wakes when it can
    const double gap = kMinute / (most + 1 - together);
    return {gap, gap * (together - 1)};
}

}  // namespace nightshift::domain::breaker
