// Keeps history bounded: partitions ahead of time, old ones dropped, the dead kept longer.
#pragma once

#include <chrono>

#include "core/pg/pg.h"

namespace nightshift::queue {

/// One turn; returns how long to rest. Dead runs of a dropped partition move to the default one until `dead_days` are
/// over.
std::chrono::milliseconds keep_history(core::pg::Pool& pool, int days, int dead_days);

}  // namespace nightshift::queue
