// timer.sweep: stops timers that somebody forgot. What is kept is as long as a timer may run, marked to be looked at;
// whose timer it was is told. That it still runs, a reminder rule says long before.
#pragma once

#include "workers/maintenance/days.h"

namespace nightshift::workers::maintenance::timer_sweep {

inline constexpr core::schema::Field fields[] = {
    {"hours",
     core::schema::Type::integer,
     "For how many hours a timer may run; timers.stop_after_hours when not given.",
     {.min = 1, .max = 8760}},
    kDryRun,
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "timer.sweep",
                                  .doc = "Stops timers that were forgotten, and says so.",
                                  .queue = "sweeps",
                                  .timeout = std::chrono::minutes(10),
                                  .max_attempts = 5,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::maintenance::timer_sweep
