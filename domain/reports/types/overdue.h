// What is overdue at the moment the report is made.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::overdue {

using core::files::CellType;

inline constexpr core::schema::Field own[] = {
    {"at_least_days",
     core::schema::Type::integer,
     "Only what is late by more than so many days.",
     {.min = 0, .max = 3650}},
};
inline constexpr auto parameters = joined(kZone, kAmong, kJobs, own);
inline constexpr core::files::Column columns[] = {
    {"key", "Key", CellType::text, 0.9},
    {"title", "Title", CellType::text, 3.6},
    {"status", "Status", CellType::text, 1.3},
    {"priority", "Priority", CellType::text, 0.8},
    {"department", "Department", CellType::text, 1.4},
    {"assignee", "Assignee", CellType::text, 1.9},
    {"due", "Due", CellType::moment, 1.45},
    {"days_late", "Days late", CellType::number, 0.95},
};
inline constexpr ReportType type{.name = "overdue",
                                 .title = "Overdue work",
                                 .doc = "Work past its due date and not done, the longest late first.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::overdue,
                                 .chart = &types::sql::overdue_chart,
                                 .chart_title = "Overdue work by how late it is",
                                 .permission = "job.view"};

}  // namespace nightshift::domain::reports::overdue
