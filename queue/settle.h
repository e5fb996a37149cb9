// Where an outcome becomes SQL, and the only place. Every write is fenced by id, epoch and incarnation: a stale attempt
// changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/pg/pg.h"
#include "queue/kind.h"

namespace nightshift::queue {

struct RunSeries;

/// A run in our hands.
struct Claimed {
    std::string id, organization, kind, queue, args, trace_parent, incarnation;
    int epoch = 0, attempt = 0, max_attempts = 0, crashes = 0;
    std::chrono::milliseconds timeout{};
    std::chrono::system_clock::time_point started_at;
    double waited = 0;                  ///< seconds from ready to claimed
    const RunSeries* series = nullptr;  ///< where it is counted; null: nowhere
};

/// What no handler can say itself: its process died, its time ran out, the daemon drained.
struct Crashed {
    std::string message;
    std::string evidence;
};
struct TimedOut {
    std::string message;
};
struct Interrupted {};
using Ending = std::variant<Outcome, Crashed, TimedOut, Interrupted>;

struct SettleRules {
    int crash_budget = 3;
    double jitter = 0.5;  ///< 0..1, from the caller's randomness: full jitter takes this share of the backoff
};

struct Settled {
    bool accepted = false;           ///< false: fenced off, somebody else owns the run now
    std::string state;               ///< what became of it
    std::vector<std::string> woken;  ///< queues that got something ready
};

/// Finishes one run in the caller's transaction: its internal effect and its end commit together. False: fenced off,
/// roll back.
bool finish_in(core::pg::Transaction& tx, const std::string& id, int epoch, const std::string& incarnation,
               const json::value& result, std::vector<std::string>* woken = nullptr);

/// Finishes many runs that changed nothing of their own, in one transaction. Returns how many were accepted.
struct Finished {
    std::string id;
    int epoch;
    std::string result;
    const RunSeries* series = nullptr;  ///< where it is counted; null: nowhere
};
std::size_t finish_many(core::pg::Pool& pool, const std::vector<Finished>& runs, const std::string& incarnation,
                        std::vector<std::string>& woken);

/// Anything else.
Settled settle(core::pg::Pool& pool, const Claimed& run, const Kind& kind, const Ending& ending,
               const SettleRules& rules);

/// Failures of one shape get one name: kind, class, and the message with its numbers, ids and quoted parts taken out.
std::string fingerprint(std::string_view kind, std::string_view error_class, std::string_view message);

/// 0..1, another in each call and process. Thread-safe.
double random_share();

/// Wait before the next attempt: a share (full jitter) of first * 3^(attempt-1), capped.
std::chrono::milliseconds backoff(const Kind& kind, int attempt, double jitter);

}  // namespace nightshift::queue
