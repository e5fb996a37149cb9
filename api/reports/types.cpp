#include "api/reports/types.h"

#include <algorithm>

#include "api/kit/router.h"
#include "domain/identity/roles.h"
#include "domain/reports/ask.h"
#include "domain/reports/report_type.h"

namespace nightshift::api::reports {
namespace {

using core::schema::Field;
using core::schema::Type;
namespace json = core::json;

constexpr Field kColumnFields[] = {
    {"name", Type::text, "In JSON."},
    {"title", Type::text, "For people."},
    {"type", Type::choice, "What it holds.", {.choices = "text|number|date|moment"}},
};
constexpr Field kTypeFields[] = {
    {"report_type", Type::text, "Its name."},
    {"title", Type::text, "For people."},
    {"description", Type::text, "What it tells."},
    {"permission", Type::text, "What one holds to ask for it; how far it reaches decides the rows."},
    {"is_allowed", Type::boolean, "The caller may ask for it."},
    {"reach", Type::choice, "How much the caller sees of it.", {.nullable = true, .choices = "all|team|own|self"}},
    {"parameters", Type::object, "What it is asked with, as JSON Schema."},
    {"columns", Type::array, "What its rows hold.", {.fields = kColumnFields}},
    {"chart", Type::text, "What its chart shows, in PDF, HTML and XLSX."},
    {"export_formats", Type::texts, "Its formats."},
};
constexpr std::string_view kTypeExample =
    R"({"report_type":"job_summary","title":"Jobs","description":"Every job with its state.","permission":"job.view","is_allowed":true,"reach":"all",
"parameters":{"type":"object","properties":{"start_date":{"type":"string","format":"date"}}},"columns":[{"name":"key","title":"Key","type":"text"}],
"chart":"Jobs by status","export_formats":["CSV","JSON","XLSX","PDF","HTML"]})";

std::string_view word_for(core::files::CellType type) {
    switch (type) {
        case core::files::CellType::text:
            return "text";
        case core::files::CellType::number:
            return "number";
        case core::files::CellType::date:
            return "date";
        case core::files::CellType::moment:
            return "moment";
    }
    return "text";
}

json::array formats() {
    json::array all;
    for (auto rest = domain::reports::kFormats; !rest.empty();) {
        const auto bar = std::min(rest.find('|'), rest.size());
        all.emplace_back(rest.substr(0, bar));
        rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
    return all;
}

core::http::Response list_types(const kit::Services&, const core::http::Request&, const kit::Caller& caller,
                                json::object&) {
    json::array all;
    const bool runs = caller.may("reports.run");
    for (const auto* type : domain::reports::report_types()) {
        const auto reach = domain::identity::reach_of(caller.permissions, type->permission);
        json::array columns;
        for (const auto& column : type->columns)
            columns.push_back({{"name", column.name}, {"title", column.title}, {"type", word_for(column.type)}});
        all.push_back({{"report_type", type->name},
                       {"title", type->title},
                       {"description", type->doc},
                       {"permission", type->permission},
                       {"is_allowed", runs && !reach.empty()},
                       {"reach", reach.empty() ? json::value(nullptr) : json::value(reach)},
                       {"parameters", core::schema::json_schema(type->parameters)},
                       {"columns", std::move(columns)},
                       {"chart", type->chart_title},
                       {"export_formats", formats()}});
    }
    return core::http::json_response(200, all);
}

}  // namespace

const std::vector<Field>& all_parameters() {
    static const auto all = [] {
        std::vector<Field> fields;
        for (const auto* type : domain::reports::report_types())
            for (const auto& field : type->parameters)
                if (std::ranges::find(fields, field.name, &Field::name) == fields.end()) fields.push_back(field);
        return fields;
    }();
    return all;
}

std::vector<kit::Route> type_routes(const kit::Services& services) {
    return {{.method = "GET",
             .path = "/api/v1/reports/types",
             .permission = "reports.see",
             .doc = "What reports there are, and what each is asked with.",
             .handle = kit::bound(services, list_types),
             .answer = {.shape = {"ReportType", kTypeFields, kTypeExample}, .is_list = true},
             .name = "listReportTypes"}};
}

}  // namespace nightshift::api::reports
