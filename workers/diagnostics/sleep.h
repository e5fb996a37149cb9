// diagnostic.sleep: Waits, and heeds a request to stop unless told not to. Only where the configuration enables
// diagnostics.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::diagnostics::sleep {

inline constexpr core::schema::Field fields[] = {
    {"seconds", core::schema::Type::number, "How long.", {.min = 0, .max = 3600, .required = true}},
    {"ignore_stop", core::schema::Type::boolean, "Go on when asked to stop.", {.fallback = "false"}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "diagnostic.sleep",
                                  .doc = "Waits, and heeds a request to stop unless told not to.",
                                  .backoff_first = std::chrono::milliseconds(200),
                                  .diagnostic = true,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::diagnostics::sleep
