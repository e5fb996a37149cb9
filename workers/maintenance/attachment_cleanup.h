// attachment.cleanup: takes files from the vault that no attachment names: those of deleted ones, and of uploads that
// ended halfway. Young files are left alone: their upload may be under way.
#pragma once

#include "workers/maintenance/days.h"

namespace nightshift::workers::maintenance::attachment_cleanup {

inline constexpr core::schema::Field fields[] = {
    {"older_than",
     core::schema::Type::duration,
     "How long nobody wrote to a file before it counts.",
     {.min = 0, .max = 31536000, .fallback = R"("1h")"}},
    kDryRun,
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "attachment.cleanup",
                                  .doc = "Takes away files that belong to no attachment.",
                                  .queue = "sweeps",
                                  .timeout = std::chrono::minutes(30),
                                  .max_attempts = 3,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::maintenance::attachment_cleanup
