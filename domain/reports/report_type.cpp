#include "domain/reports/report_type.h"

#include <vector>

#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/reports/sql.h"

namespace nightshift::domain::reports {
namespace {

using core::files::CellType;
using core::files::Column;
using core::schema::Field;
using core::schema::Type;

constexpr Field kJobFilters[] = {
    {"start_date", Type::date, "Jobs created on this day or later."},
    {"end_date", Type::date, "Jobs created on this day or earlier."},
    {"department_id", Type::uuid, "Jobs of this department."},
};
constexpr Column kJobColumns[] = {
    {"key", "Key", CellType::text, 0.8},
    {"title", "Title", CellType::text, 3.6},
    {"type", "Type", CellType::text, 1.1},
    {"status", "Status", CellType::text, 1.3},
    {"priority", "Priority", CellType::text, 0.8},
    {"department", "Department", CellType::text, 1.4},
    {"assignee", "Assignee", CellType::text, 1.9},
    {"created", "Created", CellType::date, 1.15},
    {"due", "Due", CellType::date, 1.15},
    {"completed", "Completed", CellType::date, 1.15},
    {"estimated_hours", "Hours", CellType::number, 0.75},
};
constexpr Column kTeamColumns[] = {
    {"person", "Person", CellType::text, 2.4},
    {"department", "Department", CellType::text, 1.8},
    {"assigned", "Assigned", CellType::number, 1.0},
    {"completed", "Completed", CellType::number, 1.1},
    {"on_time", "On time", CellType::number, 1.0},
    {"overdue", "Overdue", CellType::number, 1.0},
    {"days_to_complete", "Days each", CellType::number, 1.1},
    {"hours", "Hours", CellType::number, 0.9},
};
constexpr ReportType kTypes[] = {
    {"job_summary", "Every job with its state.", kJobFilters, kJobColumns, &sql::job_summary, &sql::job_summary_chart,
     "Jobs by status"},
    {"team_performance", "What each person was given, completed in time or not, and logged.", kJobFilters, kTeamColumns,
     &sql::team_performance, &sql::team_performance_chart, "Completed jobs by person"},
};

std::vector<core::pg::Value> parameters_of(const ReportType& type, const std::string& organization,
                                           const core::json::object& given) {
    std::vector<core::pg::Value> values{organization};
    for (const auto& field : type.parameters) {
        const auto* found = given.if_contains(field.name);
        values.emplace_back(found == nullptr || !found->is_string() ? std::string{} : std::string(found->as_string()));
    }
    return values;
}

}  // namespace

const ReportType& require_report_type(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& type : kTypes) {
        if (type.name == name) return type;
        names.push_back(type.name);
    }
    throw core::schema::wrong(core::Code::validation, "report_type",
                              "expected a known report type, got \"" + std::string(name) + "\"" +
                                  core::suggestion(name, names.data(), names.data() + names.size()));
}

Submitted ask(core::pg::Transaction& tx, Asked asked) {
    const auto& type = require_report_type(asked.report_type);
    core::schema::require(type.parameters, asked.parameters, "parameters");
    const auto id = core::time::uuid7();
    auto run = queue::submit(tx, {.kind = "report.generate",
                                  .args = {{"report_id", id}},
                                  .organization = asked.organization,
                                  .origin = asked.origin,
                                  .owner = asked.owner});
    tx.run(sql::report_insert, id, asked.organization, asked.name, type.name, core::json::text(asked.parameters),
           asked.export_format, run.id, asked.requested_by);
    return {id, std::move(run)};
}

Written write(core::pg::Transaction& tx, const ReportType& type, const std::string& organization,
              const core::json::object& parameters, std::string_view title, std::string_view format,
              const std::string& path, const std::function<bool(std::size_t, std::size_t)>& each) {
    const auto values = parameters_of(type, organization, parameters);
    core::files::TableHead head{.title = std::string(title),
                                .columns = {type.columns.begin(), type.columns.end()},
                                .chart_title = std::string(type.chart_title)};
    const auto chart = tx.run_with(*type.chart, values);
    std::size_t expected = 0;
    for (std::size_t i = 0; i < chart.size(); ++i) {
        head.chart.emplace_back(std::string(chart.text(i, 0)), chart.real(i, 1));
        expected = chart.columns() > 2 ? static_cast<std::size_t>(chart.number(i, 2))
                                       : expected + static_cast<std::size_t>(chart.number(i, 1));
    }
    head.subtitle = std::string(type.name) + ", " + std::to_string(expected) + " rows, made " +
                    core::time::rfc3339(std::chrono::system_clock::now()).substr(0, 16) + " UTC";
    head.rows = expected;
    const auto writer = core::files::table_writer(format, path, std::move(head));
    constexpr std::size_t kBatch = 2000;
    Written written{.rows = 0, .complete = true};
    std::vector<std::string_view> cells(type.columns.size());
    tx.stream(*type.rows, values, kBatch, [&](const core::pg::Result& rows, std::size_t row) {
        for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = rows.text(row, i);
        writer->row(cells);
        if (++written.rows % kBatch == 0) written.complete = each(written.rows, expected);
        return written.complete;
    });
    if (written.complete) writer->finish();
    return written;
}

}  // namespace nightshift::domain::reports
