// job.bulk: Makes a change of many jobs that POST /jobs/bulk asked for.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::jobs::bulk {

inline constexpr core::schema::Field fields[] = {
    {"bulk_id", core::schema::Type::uuid, "The bulk change that was asked for.", {.required = true}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "job.bulk",
                                  .doc = "Makes a change of many jobs, each by the rules of its kind.",
                                  .timeout = std::chrono::minutes(30),
                                  .max_attempts = 8,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::jobs::bulk
