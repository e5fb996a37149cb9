// session.cleanup: forgets sessions that ended long ago, and wrong passwords that lock nobody any more.
#pragma once

#include "workers/maintenance/days.h"

namespace nightshift::workers::maintenance::session_cleanup {

inline constexpr core::schema::Field fields[] = {
    {"days",
     core::schema::Type::integer,
     "For how many days a session has been over; retention.sessions_days when not given.",
     {.min = 1, .max = 3650}},
    kDryRun,
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "session.cleanup",
                                  .doc = "Forgets sessions that ended long ago.",
                                  .queue = "sweeps",
                                  .timeout = std::chrono::minutes(30),
                                  .max_attempts = 3,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::maintenance::session_cleanup
