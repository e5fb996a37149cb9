// webhook.deliver: serves one destination: all that waits for it, in the order of what happened, one worker at a time.
// What fails waits longer and longer for its next try while others go on; a destination that fails again and again is
// left alone for a while, and switched off after days.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::webhooks::deliver {

inline constexpr core::schema::Field fields[] = {
    {"webhook_id", core::schema::Type::uuid, "The webhook to serve.", {.required = true}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

// What a trigger submits says the same: 0072_webhooks.sql; a test holds them together.
inline constexpr queue::Kind kind{.name = "webhook.deliver",
                                  .doc = "Sends what waits for a webhook.",
                                  .queue = "integrations",
                                  .timeout = std::chrono::minutes(10),
                                  .max_attempts = 20,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::webhooks::deliver
