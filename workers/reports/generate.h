// report.generate: makes the file of a report that was asked for. The file and the row that names it agree: the row is
// written in the transaction that ends the run, and the file gets its name, one an attempt, while that transaction
// holds the run and the report: an attempt that lost its run, or whose report was deleted, leaves no file.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::reports {

inline constexpr core::schema::Field fields[] = {
    {"report_id", core::schema::Type::uuid, "Which report.", {.required = true}}};

inline constexpr std::string_view settings[] = {"reports.folder", "retention.reports_days"};

queue::Outcome generate(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "report.generate",
                                  .doc = "Makes a report's file.",
                                  .queue = "reports",
                                  .timeout = std::chrono::minutes(10),
                                  .max_attempts = 3,
                                  .isolation = queue::Isolation::process,
                                  .settings = settings,
                                  .args = fields,
                                  .body = generate};

}  // namespace nightshift::workers::reports
