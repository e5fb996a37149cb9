// Open work by person at the moment the report is made: high is level 3 and above, low is level 1.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::workload {

using core::files::CellType;

inline constexpr core::schema::Field own[] = {
    {"class", core::schema::Type::choice, "Only jobs, or only tickets.", {.choices = "job|ticket"}},
};
inline constexpr auto parameters = joined(kZone, kAmong, own);
inline constexpr core::files::Column columns[] = {
    {"person", "Person", CellType::text, 2.4},
    {"department", "Department", CellType::text, 1.8},
    {"open", "Open", CellType::number, 0.9, true},
    {"high", "High", CellType::number, 0.9, true},
    {"medium", "Medium", CellType::number, 0.9, true},
    {"low", "Low", CellType::number, 0.9, true},
    {"overdue", "Overdue", CellType::number, 1, true},
    {"due_in_7_days", "Due in 7 days", CellType::number, 1.3, true},
    {"hours_left", "Hours left", CellType::number, 1.1, true},
};
inline constexpr std::string_view behind[] = {"user_id"};
inline constexpr ReportType type{.name = "workload",
                                 .title = "Workload",
                                 .doc = "What everybody has on their hands now.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::workload,
                                 .chart = &types::sql::workload_chart,
                                 .chart_title = "Open work by person",
                                 .permission = "report.team",
                                 .behind = behind};

}  // namespace nightshift::domain::reports::workload
