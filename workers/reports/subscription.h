// report.subscription: the turn of a subscription. Its reports, the runs that make them, and what its owner is told
// appear in the transaction that ends this run: one turn a tick, whatever happens.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::reports::subscription {

inline constexpr core::schema::Field fields[] = {
    {"subscription_id", core::schema::Type::uuid, "Which subscription.", {.required = true}}};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "report.subscription",
                                  .doc = "Asks for a subscription's reports, one for each recipient.",
                                  .queue = "reports",
                                  .max_attempts = 5,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::reports::subscription
