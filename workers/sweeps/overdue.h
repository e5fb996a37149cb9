// overdue.sweep: notices jobs whose due date has come, tells whom it concerns, once for each due date. Started at the
// due moment itself (workers/sweeps/watch.h), and by schedule in case nobody was there then.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::sweeps::overdue {

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "overdue.sweep",
                                  .doc = "Notices jobs past their due date, once for each due date.",
                                  .queue = "sweeps",
                                  .timeout = std::chrono::minutes(30),
                                  .priority = 1,
                                  .body = work};

}  // namespace nightshift::workers::sweeps::overdue
