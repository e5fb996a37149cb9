// Jobs that were made in the period, counted by their department.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::jobs_by_department {

using core::files::CellType;

inline constexpr auto parameters = joined(kPeriod, kZone, kAmong, kJobs);
inline constexpr core::files::Column columns[] = {
    {"department", "Department", CellType::text, 2.4},
    {"jobs", "Jobs", CellType::number, 1, true},
    {"open", "Open", CellType::number, 1, true},
    {"in_progress", "In progress", CellType::number, 1.1, true},
    {"done", "Done", CellType::number, 1, true},
    {"overdue", "Overdue", CellType::number, 1, true},
    {"completion_rate", "Completed %", CellType::number, 1.2},
    {"days_to_complete", "Days to complete", CellType::number, 1.5},
};
inline constexpr std::string_view behind[] = {"id"};
inline constexpr ReportType type{.name = "jobs_by_department",
                                 .title = "Jobs by department",
                                 .doc = "How many jobs each department has, and how they stand.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::jobs_by_department,
                                 .chart = &types::sql::jobs_by_department_chart,
                                 .chart_title = "Jobs by department",
                                 .permission = "job.view",
                                 .behind = behind};

}  // namespace nightshift::domain::reports::jobs_by_department
