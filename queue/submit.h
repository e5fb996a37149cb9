// Submitting runs: rows in the caller's own transaction, so a run never exists without its cause, nor the cause without
// it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"

namespace nightshift::queue {

enum class OnConflict : std::uint8_t { keep, replace, reject };

struct Submission {
    std::string kind;
    core::json::object args = {};
    std::string organization;               ///< uuid
    std::string id = {};                    ///< uuid; made (v7) when empty
    std::optional<std::string> queue = {};  ///< the kind's own when absent
    std::optional<int> priority = {};       ///< band 0..4
    std::optional<std::chrono::system_clock::time_point> not_before = {};
    std::string unique_key = {};  ///< at most one live run of the organization with this key
    OnConflict on_conflict = OnConflict::keep;
    std::string concurrency_key =
        {};  ///< of this organization and queue, at most the queue's key_concurrency hold a slot
    std::optional<int> max_attempts = {};
    std::optional<std::chrono::milliseconds> timeout = {};
    std::vector<std::string> after = {};  ///< runs that must succeed first
    std::string schedule_id = {};         ///< set by schedules
    std::string redriven_from = {};       ///< set by redrive and retry
    std::string origin = "api";           ///< who asked: api, schedule, redrive, handler, cli
    std::string trace_parent = {};        ///< W3C
    std::string owner = {};               ///< uuid of the person who asked for it; empty: nobody did
};

struct Submitted {
    std::string id;
    bool created;  ///< false: `unique_key` found a live run, this is its id
    std::string queue;
};

/// Checks kind and arguments (Error(validation) naming the fields), inserts, returns in order. Throws Error(conflict)
/// for `reject`. The rows become visible with the caller's commit; call `wake(queues)` of the engine after it for the
/// lowest latency.
std::vector<Submitted> submit(core::pg::Transaction& tx, const std::vector<Submission>& submissions);
Submitted submit(core::pg::Transaction& tx, const Submission& submission);
/// The same, committed by itself: a single round trip where nothing else hangs on it. Error(unknown_outcome) when the
/// link broke in it; with an id or a unique key of the caller's own it may simply be repeated.
Submitted submit_alone(core::pg::Pool& pool, const Submission& submission);

}  // namespace nightshift::queue
