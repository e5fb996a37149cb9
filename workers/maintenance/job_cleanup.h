// job.cleanup: archives jobs that were closed long ago: out of the lists, still there by id, in reports and in their
// history. Nothing is deleted. SEEDS.md C-41; seeds/jobops.md, Scheduled Tasks.
#pragma once

#include "workers/maintenance/days.h"

namespace nightshift::workers::maintenance::job_cleanup {

inline constexpr core::schema::Field fields[] = {
    {"days",
     core::schema::Type::integer,
     "For how many days a job was done or cancelled; retention.jobs_days when not given.",
     {.min = 1, .max = 36500}},
    kDryRun,
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "job.cleanup",
                                  .doc = "Archives jobs that were closed long ago.",
                                  .queue = "sweeps",
                                  .timeout = std::chrono::minutes(30),
                                  .max_attempts = 3,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::maintenance::job_cleanup
