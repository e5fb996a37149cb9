// How somebody wants a report's rows: which columns in which order, only rows with this in them, put together by that,
// and what the chart is of. Any report type is a source: its rows are what there is to choose from, so a layout shows
// nobody more than the type does. SEEDS.md JMS-123.
//
//   {"columns": ["key", "title", "hours"], "filters": {"status": ["Open", "Blocked"], "hours": {"from": 2}},
//    "groups": ["department"], "chart": {"by": "department", "value": "hours"}}
//
// With groups there is one row for each of them: its groups, how many rows it stands for, and of the chosen columns
// those of numbers: the sum where the type sums them up, else the average.
#pragma once

#include <string>
#include <vector>

#include "core/files/table.h"
#include "core/json/json.h"
#include "domain/reports/report_type.h"

namespace nightshift::domain::reports {

inline constexpr core::schema::Field kChartFields[] = {
    {"by", core::schema::Type::text, "The column whose values it has a bar for.", {.max = 60, .required = true}},
    {"value",
     core::schema::Type::text,
     "The column of numbers that the bars show; how many rows when not given.",
     {.max = 60}},
};

/// Throws Error(validation) naming each of `columns`, `filters`, `groups` and `chart` that does not fit the type.
void check_layout(const ReportType& type, const core::json::object& layout);

/// The type's rows as the layout wants them. The statements take the type's parameters, and as $5 `filters`.
struct Laid {
    std::vector<core::files::Column> columns;
    std::string rows, count, chart;  ///< no chart: ""
    std::string chart_title;
    std::string filters;            ///< JSON text
    std::vector<std::string> told;  ///< for people: "Status: Open, Blocked"
};
Laid laid_out(const ReportType& type, const core::json::object& layout);

}  // namespace nightshift::domain::reports
