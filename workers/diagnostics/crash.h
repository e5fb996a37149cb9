// diagnostic.crash: Takes its process down: for trying isolation. Only where the configuration enables diagnostics.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::diagnostics::crash {

inline constexpr core::schema::Field fields[] = {
    {"how",
     core::schema::Type::choice,
     "Which way.",
     {.fallback = "\"segfault\"", .choices = "segfault|abort|exit|memory|spin|flood|none"}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "diagnostic.crash",
                                  .doc = "Takes its process down: for trying isolation.",
                                  .max_attempts = 3,
                                  .isolation = queue::Isolation::process,
                                  .memory_limit = 128UL << 20U,
                                  .diagnostic = true,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::diagnostics::crash
