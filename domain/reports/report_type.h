// Report types: what can be asked, and where the rows come from. One file each in domain/reports/types; the build
// gathers them. docs/how-to/add-a-report-type.md walks through one.
#pragma once

#include <span>
#include <string_view>

#include "core/files/table.h"
#include "core/pg/statement.h"
#include "core/schema/field.h"

namespace nightshift::domain::reports {

struct ReportType {
    std::string_view name;
    std::string_view title;
    std::string_view doc;
    /// What may be asked with. Those called start_date, end_date, period and time_zone become `from`, `to` and
    /// `time_zone` of the statements; ..._id name a live row of the organization.
    std::span<const core::schema::Field> parameters;
    std::span<const core::files::Column> columns;
    /// $1 organization, $2 how far who asks sees (all, team, own), $3 who that is or null, $4 the parameters with
    /// `from`, `to`, `time_zone` and `as_of`, as jsonb. More columns than those above are not printed.
    const core::pg::Statement* rows;
    /// Label, value; as the rows. The values' sum is how many rows there are, unless a third column says it.
    const core::pg::Statement* chart;
    std::string_view chart_title;
    /// What somebody must hold to ask for it; how far it reaches decides the rows.
    std::string_view permission;
    /// The columns of the rows behind those that are printed, by name: for who reads the answer as JSON.
    std::span<const std::string_view> behind = {};
};

/// Every type there is, by name.
std::span<const ReportType* const> report_types();

/// Throws Error(validation) naming `field`, with the nearest known name; for one whose subject is not there yet
/// it says so.
const ReportType& require_report_type(std::string_view name, const std::string& field = "report_type");

}  // namespace nightshift::domain::reports
