// sla.sweep: works out the clocks of jobs that changed, and fires the thresholds that were reached, each once. Started
// when there is something to do (workers/sweeps/watch.h), and every minute in case nobody was there then.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::sweeps::sla {

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "sla.sweep",
                                  .doc = "Keeps the clocks of service levels, and tells what they reach.",
                                  .queue = "sweeps",
                                  .timeout = std::chrono::minutes(30),
                                  .priority = 1,
                                  .body = work};

}  // namespace nightshift::workers::sweeps::sla
