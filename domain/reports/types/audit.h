// History in the period, as GET /audit-logs shows it.
#pragma once

#include "domain/reports/parameters.h"
#include "domain/reports/types/sql.h"

namespace nightshift::domain::reports::audit {

using core::files::CellType;

inline constexpr core::schema::Field own[] = {
    {"user_id", core::schema::Type::uuid, "Only by this person."},
    {"subject", core::schema::Type::text, "Only of this: job, comment, app_user ...", {.max = 60}},
    {"action", core::schema::Type::choice, "Only of this kind.", {.choices = "created|updated|deleted|restored"}},
};
inline constexpr auto parameters = joined(kPeriod, kZone, own);
inline constexpr core::files::Column columns[] = {
    {"at", "When", CellType::moment, 1.7},     {"actor", "Who", CellType::text, 2},
    {"action", "Action", CellType::text, 0.9}, {"subject", "What", CellType::text, 1.2},
    {"job", "Job", CellType::text, 0.9},       {"subject_id", "Id", CellType::text, 3.2},
    {"changed", "Fields", CellType::text, 3},  {"reason", "Reason", CellType::text, 1.8},
};
inline constexpr ReportType type{.name = "audit",
                                 .title = "Audit log",
                                 .doc = "Who changed what, oldest first.",
                                 .parameters = parameters,
                                 .columns = columns,
                                 .rows = &types::sql::audit,
                                 .chart = &types::sql::audit_chart,
                                 .chart_title = "Changes by what was changed",
                                 .permission = "audit.view"};

}  // namespace nightshift::domain::reports::audit
