// diagnostic.fail: Ends as told: for trying retries, dead runs and redrive. Only where the configuration enables
// diagnostics.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::diagnostics::fail {

inline constexpr core::schema::Field fields[] = {
    {"how",
     core::schema::Type::choice,
     "Which ending.",
     {.fallback = "\"retry\"", .choices = "retry|permanent|throttled|snooze|throw"}},
    {"until_attempt",
     core::schema::Type::integer,
     "Succeeds from this attempt on.",
     {.min = 1, .max = 100, .fallback = "100"}},
    {"message", core::schema::Type::text, "The error's text.", {.max = 200, .fallback = "\"as told\""}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "diagnostic.fail",
                                  .doc = "Ends as told: for trying retries, dead runs and redrive.",
                                  .max_attempts = 3,
                                  .backoff_first = std::chrono::milliseconds(50),
                                  .diagnostic = true,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::diagnostics::fail
