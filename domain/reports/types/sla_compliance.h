// Promises that were kept and broken, of clocks that began in the period.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::sla_compliance {

using core::files::CellType;

inline constexpr core::schema::Field own[] = {
    {"metric", core::schema::Type::choice, "Only this promise.", {.choices = "first_response|resolution"}},
};
inline constexpr auto parameters = joined(kPeriod, kZone, kAmong, kJobs, own);
inline constexpr core::files::Column columns[] = {
    {"policy", "Policy", CellType::text, 2.2},           {"promise", "Promise", CellType::text, 1.4},
    {"priority", "Priority", CellType::text, 1},         {"clocks", "Clocks", CellType::number, 0.9, true},
    {"kept", "Kept", CellType::number, 0.9, true},       {"broken", "Broken", CellType::number, 0.9, true},
    {"running", "Running", CellType::number, 0.9, true}, {"compliance", "Kept %", CellType::number, 0.9},
    {"hours_used", "Hours used", CellType::number, 1.1}, {"hours_allowed", "Hours allowed", CellType::number, 1.3},
};
inline constexpr ReportType type{.name = "sla_compliance",
                                 .title = "Service levels",
                                 .doc = "Promises kept and broken, by policy, promise and priority.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::sla_compliance,
                                 .chart = &types::sql::sla_compliance_chart,
                                 .chart_title = "Promises kept, in percent",
                                 .permission = "job.view"};

}  // namespace nightshift::domain::reports::sla_compliance
