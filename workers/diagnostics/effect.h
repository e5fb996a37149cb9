// diagnostic.effect: Leaves one mark in the transaction that ends it: the proof that an effect happens once. Only where
// the configuration enables diagnostics.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::diagnostics::effect {

inline constexpr core::schema::Field fields[] = {
    {"seconds",
     core::schema::Type::number,
     "How long after the mark it ends.",
     {.min = 0, .max = 3600, .fallback = "0"}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "diagnostic.effect",
                                  .doc = "Leaves one mark in the transaction that ends it.",
                                  .backoff_first = std::chrono::milliseconds(50),
                                  .diagnostic = true,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::diagnostics::effect
