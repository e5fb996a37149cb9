// When somebody else's server is in trouble it is left alone for a while, longer and longer, and one try at a time sees
// whether it is better; and how closely tries may follow each other. Rules alone, and pure: who keeps to them has the
// state where it belongs (webhook_lane, mail_destination), so that it holds over all workers.
#pragma once

#include <chrono>
#include <vector>

namespace nightshift::domain::breaker {

inline constexpr int kFailuresToOpen = 5;  ///< in a row

/// How long a destination is left alone after so many failures in a row; 0: not yet.
std::chrono::seconds pause_after(int failures);

/// The pauses from kFailuresToOpen on, in seconds; the last stands for all that follow. For statements that count.
std::vector<std::int64_t> pauses();

/// How many may be tried at once, where otherwise it would be so many: one, while nobody knows whether it is better.
inline int most_at_once(int failures, int otherwise) {
    return failures >= kFailuresToOpen ? 1 : otherwise;
}

/// A rate, as the gap between two tries and how far ahead of it a few may go: who keeps to both has no more than so
/// many in any minute.
struct Rate {
    double gap = 0;    ///< seconds; 0: there is no limit
    double ahead = 0;  ///< seconds
};
/// 0 a minute: no limit.
Rate per_minute(int most);

}  // namespace nightshift::domain::breaker
