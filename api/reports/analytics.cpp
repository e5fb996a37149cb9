#include "api/reports/analytics.h"

#include <algorithm>

#include "api/kit/router.h"
#include "core/error/error.h"
#include "domain/identity/roles.h"
#include "domain/reports/parameters.h"
#include "domain/reports/sql.h"
#include "domain/reports/write.h"

namespace nightshift::api::reports {
namespace {

using core::files::CellType;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Field;
using core::schema::Type;
using domain::reports::Question;
using domain::reports::ReportType;
using kit::Caller;
using kit::Services;
namespace json = core::json;

constexpr core::schema::Rules kMayBeNull{.nullable = true};

/// A field of the answer, and the column of the report type that it is.
struct Told {
    Field field;
    std::string_view column;
};

struct Analysis {
    std::string_view path, type, permission, doc, name;
    std::span<const Told> told;
    std::string_view example;
    std::string_view fixed = "{}";   ///< parameters that nobody is asked for
    std::string_view unless = "{}";  ///< parameters where none of a period is given
};

constexpr Told kByStatus[] = {
    {{"status", Type::text, "The status's short name."}, "slug"},
    {{"name", Type::text, "Its name."}, "status"},
    {{"category", Type::text, "What it counts as."}, "category"},
    {{"count", Type::integer, "How many there are."}, "jobs"},
    {{"percentage", Type::number, "Of all of them."}, "share"},
    {{"unassigned", Type::integer, "Of these, nobody's."}, "unassigned"},
    {{"overdue", Type::integer, "Of these, past their due date."}, "overdue"},
    {{"average_days", Type::number, "From their beginning to their end, or until now.", kMayBeNull}, "days"},
    {{"status_id", Type::uuid, "The status."}, "id"},
};
constexpr std::string_view kByStatusExample =
    R"({"status":"open","name":"Open","category":"open","count":12,"percentage":24.0,"unassigned":3,"overdue":1,"average_days":2.5,"status_id":"@job-statuses"})";
constexpr Told kByPriority[] = {
    {{"priority", Type::text, "The priority's short name."}, "slug"},
    {{"name", Type::text, "Its name."}, "priority"},
    {{"level", Type::integer, "How pressing it is."}, "level"},
    {{"color", Type::text, "Its colour.", kMayBeNull}, "color"},
    {{"count", Type::integer, "How many there are."}, "jobs"},
    {{"percentage", Type::number, "Of all of them."}, "share"},
    {{"open", Type::integer, "Of these, not done."}, "open"},
    {{"done", Type::integer, "Of these, done."}, "done"},
    {{"overdue", Type::integer, "Of these, past their due date."}, "overdue"},
    {{"average_days", Type::number, "From their beginning to their end.", kMayBeNull}, "days_to_complete"},
    {{"priority_id", Type::uuid, "The priority."}, "id"},
};
constexpr std::string_view kByPriorityExample =
    R"({"priority":"high","name":"High","level":3,"color":"#FF5733","count":14,"percentage":28.0,"open":4,"done":10,"overdue":1,"average_days":6.5,"priority_id":"@job-priorities"})";
constexpr Told kByDepartment[] = {
    {{"department_id", Type::uuid, "The department; null: those of none.", kMayBeNull}, "id"},
    {{"department", Type::text, "Its name."}, "department"},
    {{"count", Type::integer, "How many there are."}, "jobs"},
    {{"open", Type::integer, "Of these, not begun."}, "open"},
    {{"in_progress", Type::integer, "Of these, begun."}, "in_progress"},
    {{"done", Type::integer, "Of these, done."}, "done"},
    {{"overdue", Type::integer, "Of these, past their due date."}, "overdue"},
    {{"completion_rate", Type::number, "Done, in percent of all but the cancelled.", kMayBeNull}, "completion_rate"},
    {{"average_days", Type::number, "From their beginning to their end.", kMayBeNull}, "days_to_complete"},
};
constexpr std::string_view kByDepartmentExample =
    R"({"department_id":"@departments","department":"Support","count":14,"open":4,"in_progress":2,"done":8,"overdue":1,"completion_rate":57.1,"average_days":6.5})";
constexpr Told kUserActivity[] = {
    {{"user_id", Type::uuid, "Who."}, "user_id"},
    {{"user_name", Type::text, "That person's name."}, "person"},
    {{"department", Type::text, "Their department."}, "department"},
    {{"total_actions", Type::integer, "All that they changed."}, "actions"},
    {{"jobs_created", Type::integer, "Jobs they made."}, "created"},
    {{"status_changes", Type::integer, "Jobs they moved on."}, "moved"},
    {{"jobs_completed", Type::integer, "Jobs they completed."}, "completed"},
    {{"comments", Type::integer, "Comments they wrote."}, "comments"},
    {{"attachments", Type::integer, "Files they gave."}, "files"},
    {{"time_logs", Type::integer, "Time logs they wrote."}, "time_logs"},
    {{"last_activity", Type::text, "When they last did something, in the time zone asked for."}, "last"},
};
constexpr std::string_view kUserActivityExample =
    R"({"user_id":"@users","user_name":"Jane Member","department":"Support","total_actions":31,"jobs_created":4,"status_changes":9,"jobs_completed":5,"comments":7,"attachments":2,"time_logs":6,"last_activity":"2026-03-02 09:30"})";
// seeds/flowtrack.md, Reports: the first seven; the others are ours.
constexpr Told kTeamPerformance[] = {
    {{"user_id", Type::uuid, "Who."}, "user_id"},
    {{"user_name", Type::text, "That person's name."}, "person"},
    {{"total_tasks", Type::integer, "What they were given."}, "assigned"},
    {{"completed_tasks", Type::integer, "What is done of it."}, "completed"},
    {{"in_progress_tasks", Type::integer, "What is begun."}, "in_progress"},
    {{"todo_tasks", Type::integer, "What is not begun."}, "todo"},
    {{"completion_rate", Type::number, "Done, in percent of all but the cancelled.", kMayBeNull}, "completion_rate"},
    {{"on_time", Type::integer, "Done before it was due."}, "on_time"},
    {{"overdue", Type::integer, "Past its due date and not done."}, "overdue"},
    {{"average_days", Type::number, "From its beginning to its end.", kMayBeNull}, "days_to_complete"},
    {{"hours", Type::number, "Hours they logged on it."}, "hours"},
};
constexpr std::string_view kTeamPerformanceExample =
    R"({"user_id":"@users","user_name":"John Doe","total_tasks":15,"completed_tasks":12,"in_progress_tasks":2,"todo_tasks":1,"completion_rate":80.0,"on_time":11,"overdue":1,"average_days":4.5,"hours":37.5})";
constexpr Told kWorkload[] = {
    {{"user_id", Type::uuid, "Who."}, "user_id"},
    {{"user_name", Type::text, "That person's name."}, "person"},
    {{"assigned_tasks", Type::integer, "Open work on their hands."}, "open"},
    {{"high_priority_tasks", Type::integer, "Of it, level 3 and above."}, "high"},
    {{"medium_priority_tasks", Type::integer, "Of it, level 2."}, "medium"},
    {{"low_priority_tasks", Type::integer, "Of it, level 1."}, "low"},
    {{"overdue", Type::integer, "Of it, past its due date."}, "overdue"},
    {{"due_in_7_days", Type::integer, "Of it, due within seven days."}, "due_in_7_days"},
    {{"hours_left", Type::number, "Estimated hours that are not logged yet."}, "hours_left"},
};
constexpr std::string_view kWorkloadExample =
    R"({"user_id":"@users","user_name":"John Doe","assigned_tasks":8,"high_priority_tasks":3,"medium_priority_tasks":4,"low_priority_tasks":1,"overdue":2,"due_in_7_days":3,"hours_left":18.5})";

constexpr std::string_view kTickets = R"({"class":"ticket"})";
constexpr Analysis kAnalyses[] = {
    {"/api/v1/reports/tickets-by-status", "jobs_by_status", "report.team", "Tickets, counted by status.",
     "TicketsByStatus", kByStatus, kByStatusExample, kTickets},
    {"/api/v1/reports/tickets-by-priority", "jobs_by_priority", "report.team", "Tickets, counted by priority.",
     "TicketsByPriority", kByPriority, kByPriorityExample, kTickets},
    {"/api/v1/reports/tickets-by-department", "jobs_by_department", "report.team", "Tickets, counted by department.",
     "TicketsByDepartment", kByDepartment, kByDepartmentExample, kTickets},
    {"/api/v1/reports/jobs-by-status", "jobs_by_status", "reports.see", "Jobs and tickets, counted by status.",
     "JobsByStatus", kByStatus, kByStatusExample},
    {"/api/v1/reports/jobs-by-priority", "jobs_by_priority", "reports.see", "Jobs and tickets, counted by priority.",
     "JobsByPriority", kByPriority, kByPriorityExample},
    {"/api/v1/reports/jobs-by-department", "jobs_by_department", "reports.see",
     "Jobs and tickets, counted by department.", "JobsByDepartment", kByDepartment, kByDepartmentExample},
    {"/api/v1/reports/user-activity", "user_activity", "report.team",
     "What people did, in the last 30 days or as asked.", "UserActivity", kUserActivity, kUserActivityExample, "{}",
     R"({"period":"last_30_days"})"},
    {"/api/v1/reports/team-performance", "team_performance", "report.team",
     "What people were given, and what became of it.", "TeamPerformance", kTeamPerformance, kTeamPerformanceExample},
    {"/api/v1/reports/workload", "workload", "report.team", "What everybody has on their hands.", "Workload", kWorkload,
     kWorkloadExample},
};

void take(json::object& parameters, std::string_view json_text) {
    for (const auto& [name, value] : json::parse_object(json_text)) parameters[name] = value;
}

/// The question that a request asks of a type, in the caller's sight.
Question question_of(Transaction& tx, const ReportType& type, json::object parameters, const Caller& caller) {
    const auto now = std::chrono::system_clock::now();
    domain::reports::settle(tx, type, parameters, caller.organization, caller.user, now, "");
    return {.type = type,
            .organization = caller.organization,
            .sight = {std::string(domain::identity::reach_of(caller.permissions, type.permission)), caller.user},
            .parameters = std::move(parameters),
            .title = {},
            .format = {},
            .as_of = now};
}

json::object parameters_in(const Request& request, const Analysis& analysis) {
    json::object parameters;
    const auto fixed = json::parse_object(analysis.fixed);
    for (const auto& [name, value] : request.query) {
        if (fixed.contains(name)) throw core::schema::wrong(core::Code::validation, name, "is given by the address");
        parameters[name] = value;
    }
    const bool has_days =
        parameters.contains("period") || parameters.contains("start_date") || parameters.contains("end_date");
    if (!has_days) take(parameters, analysis.unless);
    take(parameters, analysis.fixed);
    return parameters;
}

std::size_t place_of(const ReportType& type, std::string_view name) {
    const auto printed = std::ranges::find(type.columns, name, &core::files::Column::name);
    if (printed != type.columns.end()) return static_cast<std::size_t>(printed - type.columns.begin());
    const auto behind = std::ranges::find(type.behind, name);
    if (behind == type.behind.end()) throw std::logic_error("no column " + std::string(name));
    return type.columns.size() + static_cast<std::size_t>(behind - type.behind.begin());
}

json::value value_of(const core::pg::Result& rows, std::size_t row, const Told& told, std::size_t column) {
    const auto text = rows.text(row, column);
    const bool is_number = told.field.type == Type::integer || told.field.type == Type::number;
    if (rows.is_null(row, column) || (is_number && text.empty())) return nullptr;
    if (told.field.type == Type::integer) return rows.number(row, column);
    if (told.field.type == Type::number) return rows.real(row, column);
    return json::value(text);
}

Response analyse(const Services& services, const Analysis& analysis, const Request& request, const Caller& caller) {
    const auto& type = domain::reports::require_report_type(analysis.type);
    auto lease = services.pool.acquire();
    Transaction tx(lease, {.actor = caller.actor, .organization = caller.organization, .read_only = true});
    const auto question = question_of(tx, type, parameters_in(request, analysis), caller);
    const auto rows = tx.run_with(*type.rows, domain::reports::values_of(question));
    std::vector<std::size_t> places;
    for (const auto& told : analysis.told) places.push_back(place_of(type, told.column));
    json::array all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        json::object one;
        for (std::size_t k = 0; k < places.size(); ++k)
            one[analysis.told[k].field.name] = value_of(rows, i, analysis.told[k], places[k]);
        all.push_back(std::move(one));
    }
    return core::http::json_response(200, all);
}

constexpr Field kFigures[] = {
    {"total", Type::integer, "How many jobs and tickets the caller sees."},
    {"open", Type::integer, "Of these, not begun."},
    {"in_progress", Type::integer, "Of these, begun."},
    {"done", Type::integer, "Of these, done."},
    {"overdue", Type::integer, "Past their due date and not done."},
    {"unassigned", Type::integer, "Nobody's, and not done."},
    {"my_open", Type::integer, "The caller's, and not done."},
    {"created_last_30_days", Type::integer, "Made in the last 30 days."},
    {"closed_last_30_days", Type::integer, "Done in the last 30 days."},
    {"by_status", Type::object, "How many of each status."},
    {"by_priority", Type::object, "How many of each priority."},
};
constexpr std::string_view kFiguresExample =
    R"({"total":50,"open":9,"in_progress":6,"done":33,"overdue":2,"unassigned":5,"my_open":4,"created_last_30_days":11,"closed_last_30_days":7,
"by_status":{"open":9,"in_progress":6,"completed":33,"cancelled":2},"by_priority":{"urgent":5,"high":14,"normal":21,"low":10}})";

json::object counts_of(Transaction& tx, std::string_view type_name, const json::object& parameters,
                       const Caller& caller) {
    const auto& type = domain::reports::require_report_type(type_name);
    const auto rows = tx.run_with(*type.rows, domain::reports::values_of(question_of(tx, type, parameters, caller)));
    const auto slug = place_of(type, "slug"), jobs = place_of(type, "jobs");
    json::object counts;
    for (std::size_t i = 0; i < rows.size(); ++i) counts[rows.text(i, slug)] = rows.number(i, jobs);
    return counts;
}

/// seeds/ticketing-system.md, Reports: for everybody, of what they see.
Response figures(const Services& services, const Request& request, const Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, {.actor = caller.actor, .organization = caller.organization, .read_only = true});
    json::object parameters;
    for (const auto& [name, value] : request.query) parameters[name] = value;
    const auto& by_status = domain::reports::require_report_type("jobs_by_status");
    const auto rows = tx.run_with(domain::reports::sql::report_figures,
                                  domain::reports::values_of(question_of(tx, by_status, parameters, caller)));
    json::object told;
    for (std::size_t i = 0; i < rows.columns(); ++i) told[kFigures[i].name] = rows.number(0, i);
    told["by_status"] = counts_of(tx, "jobs_by_status", parameters, caller);
    told["by_priority"] = counts_of(tx, "jobs_by_priority", parameters, caller);
    return core::http::json_response(200, told);
}

/// As OpenAPI has them: kept for as long as the routes.
const std::vector<Field>& fields_of(const Analysis& analysis) {
    static const auto all = [] {
        std::vector<std::vector<Field>> made;
        for (const auto& one : kAnalyses) {
            made.emplace_back();
            for (const auto& told : one.told) made.back().push_back(told.field);
        }
        return made;
    }();
    return all[static_cast<std::size_t>(&analysis - kAnalyses)];
}

/// What may be asked for: all but what the address says.
std::span<const Field> query_of(const Analysis& analysis) {
    static const auto all = [] {
        std::vector<std::vector<Field>> made;
        for (const auto& one : kAnalyses) {
            made.emplace_back();
            for (const auto& field : domain::reports::require_report_type(one.type).parameters)
                if (!json::parse_object(one.fixed).contains(field.name)) made.back().push_back(field);
        }
        return made;
    }();
    return all[static_cast<std::size_t>(&analysis - kAnalyses)];
}

}  // namespace

std::vector<kit::Route> analytics_routes(const Services& services) {
    std::vector<kit::Route> routes;
    for (const auto& analysis : kAnalyses)
        routes.push_back(
            {.method = "GET",
             .path = analysis.path,
             .permission = analysis.permission,
             .doc = analysis.doc,
             .handle = [&services, &analysis](const Request& request, const Caller& caller,
                                              json::object&) { return analyse(services, analysis, request, caller); },
             .answer = {.shape = {analysis.name, fields_of(analysis), analysis.example}, .is_list = true},
             .query = query_of(analysis)});
    routes.push_back({.method = "GET",
                      .path = "/api/v1/reports/dashboard",
                      .permission = "dashboard.view",
                      .doc = "How many jobs and tickets there are, of what the caller sees.",
                      .handle = kit::bound(services, figures),
                      .answer = {.shape = {"ReportDashboard", kFigures, kFiguresExample}},
                      .query = domain::reports::require_report_type("jobs_by_status").parameters,
                      .name = "reportDashboard"});
    return routes;
}

}  // namespace nightshift::api::reports
