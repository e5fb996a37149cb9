// Report subscriptions: a schedule of the engine's asks for a report for each recipient, in that person's own sight,
// and each is given theirs. Who sees the same is answered by one run (ask.h). Who may not see it gets nothing, and the
// owner is told once.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::domain::reports {

inline constexpr std::string_view kChannels = "in_app|email|webhook";

/// What a turn came to.
struct Turn {
    std::vector<std::string> reports;  ///< asked for
    std::size_t refused = 0;           ///< recipients who may not see it
    std::string problem;               ///< why there were none at all
};
/// One turn, within the transaction that ends its run: all of it or nothing.
Turn take_turn(core::pg::Transaction& tx, const std::string& subscription, const std::string& organization,
               std::chrono::system_clock::time_point now);

/// Its schedule is as the subscription says; made when there is none yet. Throws Error(validation) naming `cron` or
/// `time_zone`.
void keep_schedule(core::pg::Transaction& tx, const std::string& subscription, const std::string& organization,
                   std::chrono::system_clock::time_point now);
void drop_schedule(core::pg::Transaction& tx, const std::string& subscription, const std::string& organization);

/// Gives those of these reports that belong to a subscription to whom they are for; they are ready when the transaction
/// ends.
void deliver(core::pg::Transaction& tx, const std::string& organization, const std::vector<std::string>& reports);

}  // namespace nightshift::domain::reports
