// Keeps history bounded: partitions ahead of time, old ones dropped, the dead kept longer.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::queue {

/// What of it is gone, or would be.
struct Forgotten {
    std::vector<std::string> partitions;  ///< days of the archive
    std::size_t dead_runs = 0, rows = 0;  ///< rows: events and ticks
};
/// Drops what is older. Dead runs of a dropped partition move to the default one until `dead_days` are over.
Forgotten forget_history(core::pg::Pool& pool, int days, int dead_days);
/// The same without doing it.
Forgotten history_to_forget(core::pg::Pool& pool, int days, int dead_days);

/// One turn: makes the partitions of the next days and forgets; returns how long to rest.
std::chrono::milliseconds keep_history(core::pg::Pool& pool, int days, int dead_days);

}  // namespace nightshift::queue
