// What people were given in the period, and what became of it.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::team_performance {

using core::files::CellType;

inline constexpr auto parameters = joined(kPeriod, kZone, kAmong, kJobs);
inline constexpr core::files::Column columns[] = {
    {"person", "Person", CellType::text, 2.4},
    {"department", "Department", CellType::text, 1.8},
    {"assigned", "Assigned", CellType::number, 1.0, true},
    {"completed", "Completed", CellType::number, 1.15, true},
    {"in_progress", "In progress", CellType::number, 1.2, true},
    {"todo", "To do", CellType::number, 0.8, true},
    {"on_time", "On time", CellType::number, 1.0, true},
    {"overdue", "Overdue", CellType::number, 1.0, true},
    {"completion_rate", "Completed %", CellType::number, 1.3},
    {"days_to_complete", "Days each", CellType::number, 1.1},
    {"hours", "Hours", CellType::number, 0.9, true},
};
inline constexpr std::string_view behind[] = {"user_id"};
inline constexpr ReportType type{.name = "team_performance",
                                 .title = "Team performance",
                                 .doc = "What each person was given, completed in time or not, and logged.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::team_performance,
                                 .chart = &types::sql::team_performance_chart,
                                 .chart_title = "Completed jobs by person",
                                 .permission = "report.team",
                                 .behind = behind};

}  // namespace nightshift::domain::reports::team_performance
