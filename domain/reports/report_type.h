// Report types: what can be asked, and where the rows come from. One value a type.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/files/table.h"
#include "core/json/json.h"
#include "core/pg/pg.h"
#include "core/schema/field.h"
#include "queue/submit.h"

namespace nightshift::domain::reports {

struct ReportType {
    std::string_view name;
    std::string_view doc;
    std::span<const core::schema::Field> parameters;
    std::span<const core::files::Column> columns;
    const core::pg::Statement* rows;   ///< $1 organization, then each parameter in order, "" for none
    const core::pg::Statement* chart;  ///< label, value; the same parameters. The values' sum is how many rows
                                       ///< there are, unless a third column says it
    std::string_view chart_title;
};

/// Throws Error(validation) naming `report_type`, with the nearest known name.
const ReportType& require_report_type(std::string_view name);

/// What is asked for: a report, and in whose name.
struct Asked {
    std::string name;
    std::string report_type;
    core::json::object parameters;  ///< checked against the type's own
    std::string export_format;
    std::string organization;
    std::string requested_by;
    std::string origin = "api";  ///< of its run
    std::string owner = {};      ///< of its run: the person who asks, where it is one
};
struct Submitted {
    std::string id;
    queue::Submitted run;
};
/// The report and the run that makes it: both or none, with the caller's transaction. Throws Error(validation) naming
/// `report_type` or the parameters.
Submitted ask(core::pg::Transaction& tx, Asked asked);

/// Writes the report's rows; returns how many. `each` hears after every batch; false from it stops (returns what was
/// written).
struct Written {
    std::size_t rows = 0;
    bool complete = false;
};
Written write(core::pg::Transaction& tx, const ReportType& type, const std::string& organization,
              const core::json::object& parameters, std::string_view title, std::string_view format,
              const std::string& path, const std::function<bool(std::size_t done, std::size_t of)>& each);

}  // namespace nightshift::domain::reports
