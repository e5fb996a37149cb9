// report.scheduled: asks for a report, as POST /reports/generate does; what a schedule names to have one made at each
// tick. The report and the run that makes it appear in the transaction that ends this run: one report a tick, whatever
// happens.
#pragma once

#include "domain/reports/ask.h"
#include "queue/kind.h"

namespace nightshift::workers::reports::scheduled {

inline constexpr core::schema::Field fields[] = {
    {"name", core::schema::Type::text, "What to call each.", {.min = 1, .max = 200, .required = true}},
    {"report_type", core::schema::Type::text, "Which report.", {.max = 60, .required = true}},
    {"parameters", core::schema::Type::object, "Checked against the report type.", {.fallback = "{}"}},
    {"export_format",
     core::schema::Type::choice,
     "The file's format.",
     {.fallback = R"("PDF")", .choices = domain::reports::kFormats}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "report.scheduled",
                                  .doc = "Asks for a report; for schedules.",
                                  .queue = "reports",
                                  .max_attempts = 3,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::reports::scheduled
