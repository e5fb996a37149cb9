// Jobs that were made in the period, counted by their status.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::jobs_by_status {

using core::files::CellType;

inline constexpr auto parameters = joined(kPeriod, kZone, kAmong, kJobs);
inline constexpr core::files::Column columns[] = {
    {"status", "Status", CellType::text, 2},
    {"category", "Category", CellType::text, 1.4},
    {"jobs", "Jobs", CellType::number, 1, true},
    {"unassigned", "Unassigned", CellType::number, 1.2, true},
    {"overdue", "Overdue", CellType::number, 1, true},
    {"share", "Share %", CellType::number, 1},
    {"days", "Days on average", CellType::number, 1.4},
};
inline constexpr std::string_view behind[] = {"slug", "id"};
inline constexpr ReportType type{.name = "jobs_by_status",
                                 .title = "Jobs by status",
                                 .doc = "How many jobs are in each status, and how they stand.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::jobs_by_status,
                                 .chart = &types::sql::jobs_by_status_chart,
                                 .chart_title = "Jobs by status",
                                 .permission = "job.view",
                                 .behind = behind};

}  // namespace nightshift::domain::reports::jobs_by_status
