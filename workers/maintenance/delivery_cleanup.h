// delivery.cleanup: forgets what was sent to whom once it is old: mails and webhook deliveries with their tries, and
// notifications. What waits, and a mail of which nobody knows whether it arrived, is kept however old it is. Nothing is
// told twice for it: what reminders, service levels and overdue jobs were told by is not here, and stays.
#pragma once

#include "workers/maintenance/days.h"

namespace nightshift::workers::maintenance::delivery_cleanup {

inline constexpr core::schema::Field fields[] = {
    {"deliveries_days",
     core::schema::Type::integer,
     "For how many days a mail has ended; 0 keeps all; retention.deliveries_days when not given.",
     {.min = 0, .max = 36500}},
    {"webhooks_days",
     core::schema::Type::integer,
     "For how many days a webhook delivery has ended; 0 keeps all; retention.webhooks_days when not given.",
     {.min = 0, .max = 36500}},
    {"notifications_days",
     core::schema::Type::integer,
     "How old a notification is; 0 keeps all; retention.notifications_days when not given.",
     {.min = 0, .max = 36500}},
    kDryRun,
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "delivery.cleanup",
                                  .doc = "Forgets mails, webhook deliveries and notifications that are old.",
                                  .queue = "sweeps",
                                  .timeout = std::chrono::minutes(30),
                                  .max_attempts = 3,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::maintenance::delivery_cleanup
