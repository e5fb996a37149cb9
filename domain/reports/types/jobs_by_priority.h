// Jobs that were made in the period, counted by their priority.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::jobs_by_priority {

using core::files::CellType;

inline constexpr auto parameters = joined(kPeriod, kZone, kAmong, kJobs);
inline constexpr core::files::Column columns[] = {
    {"priority", "Priority", CellType::text, 2}, {"level", "Level", CellType::number, 0.8},
    {"jobs", "Jobs", CellType::number, 1, true}, {"open", "Open", CellType::number, 1, true},
    {"done", "Done", CellType::number, 1, true}, {"overdue", "Overdue", CellType::number, 1, true},
    {"share", "Share %", CellType::number, 1},   {"days_to_complete", "Days to complete", CellType::number, 1.5},
};
inline constexpr std::string_view behind[] = {"slug", "color", "id"};
inline constexpr ReportType type{.name = "jobs_by_priority",
                                 .title = "Jobs by priority",
                                 .doc = "How many jobs have each priority, and how they stand.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::jobs_by_priority,
                                 .chart = &types::sql::jobs_by_priority_chart,
                                 .chart_title = "Jobs by priority",
                                 .permission = "job.view",
                                 .behind = behind};

}  // namespace nightshift::domain::reports::jobs_by_priority
