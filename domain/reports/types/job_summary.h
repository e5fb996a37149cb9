// Every job that was made in the period, with its state.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::job_summary {

using core::files::CellType;

inline constexpr auto parameters = joined(kPeriod, kZone, kAmong, kJobs);
inline constexpr core::files::Column columns[] = {
    {"key", "Key", CellType::text, 0.9},
    {"title", "Title", CellType::text, 3.6},
    {"type", "Type", CellType::text, 1.1},
    {"status", "Status", CellType::text, 1.3},
    {"priority", "Priority", CellType::text, 0.8},
    {"department", "Department", CellType::text, 1.4},
    {"assignee", "Assignee", CellType::text, 1.9},
    {"created", "Created", CellType::date, 1.15},
    {"due", "Due", CellType::date, 1.15},
    {"completed", "Completed", CellType::date, 1.15},
    {"estimated_hours", "Hours", CellType::number, 0.85, true},
};
inline constexpr ReportType type{.name = "job_summary",
                                 .title = "Jobs",
                                 .doc = "Every job with its state.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::job_summary,
                                 .chart = &types::sql::job_summary_chart,
                                 .chart_title = "Jobs by status",
                                 .permission = "job.view"};

}  // namespace nightshift::domain::reports::job_summary
