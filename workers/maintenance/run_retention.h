// run.retention: drops the history of runs that is older than retention.runs_days and retention.dead_days, as the
// daemon itself does each hour, and says what went. The history of runs is kept by day for the whole daemon.
#pragma once

#include "workers/maintenance/days.h"

namespace nightshift::workers::maintenance::run_retention {

inline constexpr core::schema::Field fields[] = {kDryRun};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "run.retention",
                                  .doc = "Drops the history of runs that is older than it is kept.",
                                  .queue = "sweeps",
                                  .timeout = std::chrono::minutes(30),
                                  .max_attempts = 3,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::maintenance::run_retention
