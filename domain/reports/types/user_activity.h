// What people changed in the period. A key or a token of no person is nobody.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::user_activity {

using core::files::CellType;

inline constexpr auto parameters = joined(kPeriod, kZone, kAmong);
inline constexpr core::files::Column columns[] = {
    {"person", "Person", CellType::text, 2.4},
    {"department", "Department", CellType::text, 1.8},
    {"actions", "Actions", CellType::number, 1, true},
    {"created", "Jobs made", CellType::number, 1.1, true},
    {"moved", "Status moves", CellType::number, 1.3, true},
    {"completed", "Completed", CellType::number, 1.1, true},
    {"comments", "Comments", CellType::number, 1.1, true},
    {"files", "Files", CellType::number, 0.8, true},
    {"time_logs", "Time logs", CellType::number, 1.1, true},
    {"last", "Last seen at work", CellType::moment, 1.6},
};
inline constexpr std::string_view behind[] = {"user_id"};
inline constexpr ReportType type{.name = "user_activity",
                                 .title = "User activity",
                                 .doc = "What people did, by what history says.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::user_activity,
                                 .chart = &types::sql::user_activity_chart,
                                 .chart_title = "Actions by person",
                                 .permission = "report.team",
                                 .behind = behind};

}  // namespace nightshift::domain::reports::user_activity
