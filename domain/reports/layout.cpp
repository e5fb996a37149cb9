#include "domain/reports/layout.h"

#include <algorithm>

#include "core/error/error.h"

namespace nightshift::domain::reports {
namespace {

namespace json = core::json;
using core::files::CellType;
using core::files::Column;

constexpr std::size_t kMostGroups = 3, kMostValues = 200;
constexpr Column kCount{"count", "Count", CellType::number, 1, true};

const Column* column_named(const ReportType& type, std::string_view name) {
    const auto found = std::ranges::find(type.columns, name, &Column::name);
    return found == type.columns.end() ? nullptr : &*found;
}

/// What is wrong with the name of a column; "" for nothing.
std::string column_problem(const ReportType& type, std::string_view name) {
    if (column_named(type, name) != nullptr) return {};
    std::vector<std::string_view> names;
    for (const auto& column : type.columns) names.push_back(column.name);
    return "expected columns of " + std::string(type.name) + ", got \"" + std::string(name) + '"' +
           core::suggestion(name, names.data(), names.data() + names.size());
}

std::string names_problem(const ReportType& type, const json::value& given) {
    const auto names = json::texts(given);
    for (auto name = names.begin(); name != names.end(); ++name) {
        if (auto problem = column_problem(type, *name); !problem.empty()) return problem;
        if (std::find(names.begin(), name, *name) != name) return "expected each once, got \"" + *name + "\" twice";
    }
    return {};
}

bool fits(const Column& column, const json::value& value) {
    return column.type == CellType::number ? value.is_number() : value.is_string();
}

/// One value, several, {"from", "to"} or, of a text, {"contains"}.
std::string condition_problem(const Column& column, const json::value& given) {
    const auto* const wanted = column.type == CellType::number ? "numbers" : "texts";
    if (given.is_array()) {
        const auto& all = given.as_array();
        if (all.empty() || all.size() > kMostValues) return "expected 1 to 200 values";
        const bool fit = std::ranges::all_of(all, [&](const auto& one) { return fits(column, one); });
        return fit ? "" : std::string("expected ") + wanted;
    }
    if (!given.is_object()) return fits(column, given) ? "" : std::string("expected ") + wanted;
    if (given.as_object().empty()) return "expected from, to or contains";
    for (const auto& [name, value] : given.as_object()) {
        const bool is_bound = (name == "from" || name == "to") && column.type != CellType::text;
        const bool is_part = name == "contains" && column.type == CellType::text;
        if (!is_bound && !is_part)
            return column.type == CellType::text ? "expected a text, several, or {\"contains\"}"
                                                 : "expected a value, several, or {\"from\", \"to\"}";
        if (!fits(column, value)) return std::string(name) + ": expected " + wanted;
    }
    return {};
}

std::string chart_problem(const ReportType& type, const json::object& chart) {
    if (auto problem = column_problem(type, json::text_in(chart, "by")); !problem.empty()) return "by: " + problem;
    const auto value = json::text_in(chart, "value");
    if (value.empty()) return {};
    if (auto problem = column_problem(type, value); !problem.empty()) return "value: " + problem;
    return column_named(type, value)->type == CellType::number ? "" : "value: expected a column of numbers";
}

const json::value* given_in(const json::object& layout, std::string_view name) {
    const auto* value = layout.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::vector<std::string> names_in(const json::object& layout, std::string_view name) {
    const auto* value = given_in(layout, name);
    return value == nullptr ? std::vector<std::string>{} : json::texts(*value);
}

std::string cell_of(std::string_view name) {
    return "q.\"" + std::string(name) + '"';
}

std::string number(const Column& column) {
    return "nullif(" + cell_of(column.name) + "::text, '')::numeric";
}

/// Values are parameters; only names of the type's own columns stand in the text.
std::string condition(const Column& column, const json::value& wanted) {
    const auto at = "$5::jsonb -> '" + std::string(column.name) + "'";
    const bool is_number = column.type == CellType::number;
    const auto cell = is_number ? number(column) : cell_of(column.name) + "::text";
    if (!wanted.is_object())
        return cell + " in (select v" + (is_number ? "::numeric" : "") + " from jsonb_array_elements_text(" + at +
               ") v)";
    std::string all = is_number ? "true" : cell + " <> ''";
    for (const auto& [name, value] : wanted.as_object()) {
        const auto bound = "(" + at + " ->> '" + std::string(name) + "')" + (is_number ? "::numeric" : "");
        if (name == "contains") all += " and strpos(lower(" + cell + "), lower(" + bound + ")) > 0";
        if (name == "from") all += " and " + cell + " >= " + bound;
        // Until the end of what it names: "2026-03" is all of March.
        if (name == "to")
            all += " and " + (is_number ? cell : "left(" + cell + ", length" + bound + ")") + " <= " + bound;
    }
    return all;
}

/// The type's rows with names, only those that fit.
std::string source_of(const ReportType& type, const json::object& filters) {
    std::string names;
    for (const auto& column : type.columns) names += (names.empty() ? "\"" : ", \"") + std::string(column.name) + '"';
    for (std::size_t i = 0; i < type.behind.size(); ++i) names += ", behind_" + std::to_string(i);
    auto text = " from (\n" + std::string(type.rows->sql) + "\n) q(" + names + ") where $5::jsonb is not null";
    for (const auto& [name, wanted] : filters) text += " and (" + condition(*column_named(type, name), wanted) + ")";
    return text;
}

std::string put_together(const Column& column) {
    return "coalesce(round(" + std::string(column.sum ? "sum" : "avg") + "(" + number(column) + "), 2)::text, '')";
}

std::string shown(const json::value& value) {
    if (value.is_string()) return std::string(value.as_string());
    if (value.is_array()) {
        std::string all;
        for (const auto& one : value.as_array()) all += (all.empty() ? "" : ", ") + shown(one);
        return all;
    }
    if (!value.is_object()) return json::text(value);
    std::string all;
    for (const auto& [name, one] : value.as_object())
        all += (all.empty() ? "" : " ") + std::string(name) + " " + shown(one);
    return all;
}

/// Several values where one is given: the statements read lists.
json::object listed(const json::object& filters) {
    json::object all;
    for (const auto& [name, wanted] : filters)
        all[name] = wanted.is_object() || wanted.is_array() ? wanted : json::value(json::array{wanted});
    return all;
}

void lay_columns(Laid& laid, const ReportType& type, const json::object& layout, const std::string& from) {
    auto names = names_in(layout, "columns");
    if (names.empty())
        for (const auto& column : type.columns) names.emplace_back(column.name);
    std::string shown_columns;
    const auto add = [&](const Column& column, const std::string& text) {
        laid.columns.push_back(column);
        shown_columns += (shown_columns.empty() ? "" : ", ") + text;
    };
    const auto groups = names_in(layout, "groups");
    std::string order;
    for (const auto& name : groups) {
        add(*column_named(type, name), cell_of(name));
        order += (order.empty() ? "" : ", ") + std::to_string(laid.columns.size());
    }
    if (!groups.empty()) add(kCount, "count(*)");
    for (const auto& name : names) {
        const auto& column = *column_named(type, name);
        const bool is_group = std::ranges::find(groups, name) != groups.end();
        if (groups.empty())
            add(column, cell_of(name));
        else if (!is_group && column.type == CellType::number)
            add(column, put_together(column));
    }
    laid.rows = "select " + shown_columns + from;
    if (!groups.empty()) laid.rows += " group by " + order + " order by " + order;
    laid.count = "select count(*) from (" + laid.rows + ") counted";
}

/// Of what is asked for, or else how many rows each of the first group has.
void lay_chart(Laid& laid, const ReportType& type, const json::object& layout, const std::string& from) {
    const auto* chart = given_in(layout, "chart");
    const auto groups = names_in(layout, "groups");
    const auto by = chart != nullptr ? json::text_in(chart->as_object(), "by") : groups.empty() ? "" : groups.front();
    if (by.empty()) return;
    const auto value = chart != nullptr ? json::text_in(chart->as_object(), "value") : std::string{};
    const auto& bars = *column_named(type, by);
    const auto* of = value.empty() ? &kCount : column_named(type, value);
    const auto height = value.empty() ? "count(*)" : "coalesce(round(sum(" + number(*of) + "), 2), 0)";
    constexpr auto kMostBars = "24";
    laid.chart = "select coalesce(nullif(" + cell_of(by) + "::text, ''), 'none'), " + height + from +
                 " group by 1 order by " + (bars.type == CellType::text ? "2 desc, 1" : "1") + " limit " + kMostBars;
    laid.chart_title = std::string(of->title) + " by " + std::string(bars.title);
}

}  // namespace

void check_layout(const ReportType& type, const json::object& layout) {
    json::object problems;
    const auto note = [&](std::string_view field, const std::string& problem) {
        if (!problem.empty()) problems[field] = problem;
    };
    for (const auto* field : {"columns", "groups"})
        if (const auto* given = given_in(layout, field)) note(field, names_problem(type, *given));
    if (names_in(layout, "groups").size() > kMostGroups) note("groups", "expected at most three");
    if (const auto* filters = given_in(layout, "filters"))
        for (const auto& [name, wanted] : filters->as_object()) {
            auto problem = column_problem(type, name);
            if (problem.empty()) problem = condition_problem(*column_named(type, name), wanted);
            note("filters." + std::string(name), problem);
        }
    if (const auto* chart = given_in(layout, "chart")) note("chart", chart_problem(type, chart->as_object()));
    if (problems.empty()) return;
    std::string message;
    for (const auto& [field, problem] : problems)
        message += (message.empty() ? "" : "; ") + std::string(field) + ": " + std::string(problem.as_string());
    throw core::Error(core::Code::validation, message, json::text(json::object{{"fields", problems}}));
}

Laid laid_out(const ReportType& type, const json::object& layout) {
    check_layout(type, layout);  // it may be older than the columns that the type has now
    const auto* given = given_in(layout, "filters");
    const auto filters = given == nullptr ? json::object{} : listed(given->as_object());
    const auto from = source_of(type, filters);
    Laid laid;
    laid.filters = json::text(filters);
    for (const auto& [name, wanted] : filters)
        laid.told.push_back(std::string(column_named(type, name)->title) + ": " + shown(wanted));
    lay_columns(laid, type, layout, from);
    lay_chart(laid, type, layout, from);
    return laid;
}

}  // namespace nightshift::domain::reports
