// notification.deliver: sends one mail, with what else waits for the same person about the same. A mail that may have
// arrived is not sent again unless the configuration says so (mail.unknown); everything else is tried for two days.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::notifications::deliver {

inline constexpr core::schema::Field fields[] = {
    {"delivery_id", core::schema::Type::uuid, "The delivery, made with its notification.", {.required = true}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

// What a trigger submits says the same: 0070_deliveries.sql; a test holds them together.
inline constexpr queue::Kind kind{.name = "notification.deliver",
                                  .doc = "Sends the mail of a notification.",
                                  .queue = "notifications",
                                  .timeout = std::chrono::minutes(20),
                                  .max_attempts = 20,
                                  .backoff_first = std::chrono::seconds(15),
                                  .backoff_limit = std::chrono::hours(4),
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::notifications::deliver
