// Time logs that began in the period and have ended.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::time_tracking {

using core::files::CellType;

inline constexpr core::schema::Field own[] = {
    {"job_id", core::schema::Type::uuid, "Only on this job."},
    {"billable", core::schema::Type::boolean, "Only what goes on the bill, or only what does not."},
};
inline constexpr auto parameters = joined(kPeriod, kZone, kAmong, own);
inline constexpr core::files::Column columns[] = {
    {"day", "Day", CellType::date, 1.1},
    {"person", "Person", CellType::text, 2},
    {"key", "Job", CellType::text, 0.9},
    {"title", "Title", CellType::text, 2.8},
    {"department", "Department", CellType::text, 1.4},
    {"description", "On what", CellType::text, 2.4},
    {"hours", "Hours", CellType::number, 0.9, true},
    {"billable", "Billable", CellType::text, 0.8},
    {"review", "Review", CellType::text, 0.9},
};
inline constexpr ReportType type{.name = "time_tracking",
                                 .title = "Time tracking",
                                 .doc = "Time that was logged, by day and person.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::time_tracking,
                                 .chart = &types::sql::time_tracking_chart,
                                 .chart_title = "Hours by person",
                                 .permission = "time.log"};

}  // namespace nightshift::domain::reports::time_tracking
