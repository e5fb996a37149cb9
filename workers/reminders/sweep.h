// reminder.sweep: reminds people by the rules of their organization. What it finds, whom it tells and what it settles
// is one transaction, the one that ends its run.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::reminders::sweep {

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "reminder.sweep",
                                  .doc = "Reminds people of what is due, overdue, waiting or still running.",
                                  .queue = "reminders",
                                  .timeout = std::chrono::minutes(10),
                                  .max_attempts = 5,
                                  .body = work};

}  // namespace nightshift::workers::reminders::sweep
