#include "api/reports/definitions.h"

#include "api/kit/resource.h"
#include "api/reports/asking.h"
#include "core/error/error.h"
#include "core/text/case.h"
#include "domain/reports/layout.h"
#include "domain/reports/parameters.h"

namespace nightshift::api::reports {
namespace {

using core::Code;
using core::Error;
using core::schema::Type;
using kit::Caller;
using kit::Change;
using kit::Column;
namespace json = core::json;

constexpr std::string_view kManage = "report_definition.manage";
constexpr std::string_view kLayout[] = {"columns", "filters", "groups", "chart"};

constexpr Column kColumns[] = {
    {"name",
     Type::text,
     "What to call it and its reports.",
     {.min = 1, .max = 200, .required = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"description", Type::text, "What it tells.", {.max = 2000, .nullable = true}, kit::kSearch},
    {"source",
     Type::text,
     "Whose rows it is made of: a type of GET /reports/types.",
     {.max = 60, .required = true},
     kit::kFilter | kit::kSort},
    {"parameters", Type::object, "What the source is asked with; a period is that of each report.", {.fallback = "{}"}},
    {"columns",
     Type::texts,
     "Columns of the source in this order; all of them when empty. With groups, those of numbers are put together.",
     {.max = 50, .fallback = "[]"}},
    {"filters",
     Type::object,
     "Only rows with this in a column: a value, several, {from, to} of numbers and moments, {contains} of texts.",
     {.fallback = "{}"}},
    {"groups", Type::texts, "One row for each of what stands in these columns.", {.max = 3, .fallback = "[]"}},
    {"chart",
     Type::object,
     "What its chart shows; with groups and without this, how many rows the first has.",
     {.nullable = true, .fields = domain::reports::kChartFields}},
    {"export_format",
     Type::choice,
     "The file's format, unless asked otherwise.",
     {.fallback = R"("PDF")", .choices = domain::reports::kFormats},
     kit::kFilter},
    {"is_shared", Type::boolean, "Others may use it too.", {.fallback = "false"}, kit::kFilter},
    {"owner_user_id", Type::uuid, "Whose it is.", {.required = true, .server = true}, kit::kFilter},
    {"owner_name", Type::text, "That person's name.", {.nullable = true, .server = true}},
};

/// As it will be: what is given over what is there.
const json::value* value_of(const Change& change, std::string_view name) {
    if (const auto* given = change.body.if_contains(name)) return given;
    return change.before == nullptr ? nullptr : change.before->if_contains(name);
}

json::object object_of(const Change& change, std::string_view name) {
    const auto* value = value_of(change, name);
    return value != nullptr && value->is_object() ? value->as_object() : json::object{};
}

template <class Of>
json::object layout_of(Of&& value) {
    json::object layout;
    for (const auto name : kLayout)
        if (const json::value* given = value(name); given != nullptr && !given->is_null()) layout[name] = *given;
    return layout;
}

/// Shared ones are for others to use, not to change.
void require_own(const Change& change) {
    if (change.before == nullptr || change.caller.reach(kManage) == kit::Reach::all) return;
    if (json::text_in(*change.before, "owner_user_id") != change.caller.user)
        throw Error(Code::forbidden, "this definition is somebody else's: make one of your own");
}

/// That it can be asked, and by who writes it.
void before_definition(const Change& change) {
    require_own(change);
    if (change.before == nullptr) change.body["owner_user_id"] = kit::person_of(change.caller);
    if (change.body.contains("source"))
        change.body["source"] = core::text::lower_case(json::text_in(change.body, "source"));
    const auto* source = value_of(change, "source");
    const auto& type = domain::reports::require_report_type(source->as_string(), "source");
    if (change.caller.reach(type.permission) == kit::Reach::none)
        throw Error(Code::forbidden, "source: rows of this type need the permission " + std::string(type.permission));
    auto parameters = object_of(change, "parameters");
    domain::reports::settle(change.tx, type, parameters, change.caller.organization, change.caller.user,
                            std::chrono::system_clock::now());
    domain::reports::check_layout(type, layout_of([&](std::string_view name) { return value_of(change, name); }));
}

constexpr kit::Resource kDefinitions{
    .name = "report-definitions",
    .one = "report definition",
    .doc = "Reports that people put together: of a type's rows these columns, filters and groups, and a chart.",
    .table = "report_definition",
    .view = "api.report_definition",
    .columns = kColumns,
    .allow = {.see = "reports.see", .create = kManage, .change = kManage, .remove = kManage},
    .scopes = {.own = "(r.owner_user_id = $2 or r.is_shared)"},
    .order = "name",
    .before_write = before_definition,
    .before_remove = require_own,
    .example =
        R"({"name":"Open hours of Nora","description":"What she still has to do, for the Monday meeting.","source":"job_summary",
"parameters":{"period":"this_year","user_id":"@users"},"columns":["estimated_hours"],"filters":{"status":["Open","On the way"],"estimated_hours":{"from":0.5}},
"groups":["department","priority"],"chart":{"by":"department","value":"estimated_hours"},"export_format":"XLSX","is_shared":true,"owner_user_id":"@users",
"owner_name":"Ada Admin"})"};

constexpr core::schema::Field kRun[] = {
    {"name", Type::text, "What to call the report; as the definition when not given.", {.min = 1, .max = 200}},
    {"parameters",
     Type::object,
     "Over those of the definition; days or a period instead of its own.",
     {.fallback = "{}"}},
    {"export_format", Type::text, "Instead of the definition's.", {.max = 10, .check = check_format}},
};

/// In the sight of who runs it, whoever wrote it.
core::http::Response run_definition(const kit::Services& services, const core::http::Request& request,
                                    const Caller& caller, json::object& body) {
    const auto found = [&] {
        auto lease = services.pool.acquire();
        core::pg::Transaction tx(lease, kit::scope_of(caller));
        return json::parse_object(kit::show(tx, kDefinitions, caller, request.parameter("id")).text);
    }();
    const auto or_else = [&](std::string_view name) { return json::text_in(body.contains(name) ? body : found, name); };
    return asked(
        services, caller,
        {.name = or_else("name"),
         .report_type = json::text_in(found, "source"),
         .parameters = domain::reports::merged(found.at("parameters").as_object(), body.at("parameters").as_object()),
         .export_format = or_else("export_format"),
         .layout = layout_of([&](std::string_view name) { return found.if_contains(name); })});
}

}  // namespace

std::vector<kit::Route> definition_routes(const kit::Services& services) {
    auto all = kit::routes_of(kDefinitions, services);
    all.push_back({.method = "POST",
                   .path = "/api/v1/report-definitions/{id}/run",
                   .permission = "reports.run",
                   .doc = "Asks for a report of it, of what the caller may see.",
                   .body = kRun,
                   .handle = kit::bound(services, run_definition),
                   .answer = {.status = 202, .shape = kReport},
                   .name = "runReportDefinition",
                   .example = R"({"export_format": "html"})"});
    return all;
}

}  // namespace nightshift::api::reports
