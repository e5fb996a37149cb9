// reminder.digest: the day's digest of who wants one, when its hour has come on their clock: what is due and overdue,
// and the reminders they want in it. One a person and day, in the transaction that ends its run.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::reminders::digest {

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "reminder.digest",
                                  .doc = "Tells people once a day what is due and overdue, at the hour they chose.",
                                  .queue = "reminders",
                                  .timeout = std::chrono::minutes(10),
                                  .max_attempts = 5,
                                  .body = work};

}  // namespace nightshift::workers::reminders::digest
