// report.cleanup: takes away the files of reports that have expired, and files in the folder that belong to no report.
// The row says that the report has expired before its file goes, and forgets the file's name after: whoever dies
// between leaves a row by which the next one finds the file, and never a report that seems to be there without one.
#pragma once

#include "workers/maintenance/days.h"

namespace nightshift::workers::maintenance::report_cleanup {

inline constexpr core::schema::Field fields[] = {
    {"older_than",
     core::schema::Type::duration,
     "How long nobody wrote to a file that belongs to no report before it counts.",
     {.min = 0, .max = 31536000, .fallback = R"("1d")"}},
    kDryRun,
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "report.cleanup",
                                  .doc = "Takes away the files of reports that have expired.",
                                  .queue = "sweeps",
                                  .timeout = std::chrono::minutes(30),
                                  .max_attempts = 3,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::maintenance::report_cleanup
