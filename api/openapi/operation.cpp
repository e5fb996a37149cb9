#include "api/openapi/operation.h"

#include <algorithm>

#include "api/openapi/examples.h"
#include "api/openapi/words.h"

namespace nightshift::api::openapi {
namespace {

using core::schema::Field;
using core::schema::Type;
using kit::Route;
namespace json = core::json;

constexpr std::string_view kJson = "application/json";

bool has(const Route& route, kit::Takes what) {
    return (route.takes & what) != 0;
}

json::array path_parameters(const Route& route) {
    json::array out;
    const auto segments = segments_of(route.path);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (!is_parameter(segments[i])) continue;
        const auto name = parameter_of(segments[i]);
        json::object schema{{"type", "string"}};
        if (name == "id" || name.ends_with("_id")) schema["format"] = "uuid";
        json::object one{{"name", name},
                         {"in", "path"},
                         {"required", true},
                         {"description", i == 0 ? "Which one." : "Which of the " + std::string(segments[i - 1]) + "."},
                         {"schema", std::move(schema)}};
        if (const auto example = path_example(segments, i); !example.empty()) one["example"] = example;
        out.push_back(std::move(one));
    }
    return out;
}

json::object query_parameter(std::string_view name, std::string_view doc, json::object schema) {
    return {{"name", name}, {"in", "query"}, {"description", doc}, {"schema", std::move(schema)}};
}

json::object schema_of(Field field) {
    field.rules.required = false;
    auto schema = core::schema::json_schema({&field, 1});
    auto one = std::move(schema["properties"].as_object()[field.name].as_object());
    one.erase("description");
    return one;
}

bool is_measured(Type type) {
    return type == Type::integer || type == Type::number || type == Type::timestamp || type == Type::date;
}

void add_filter(json::array& out, const kit::Column& column) {
    const bool is_flag = column.type == Type::boolean;
    const auto more = is_flag ? "" : " Several by commas; `null`: has none.";
    out.push_back(query_parameter(column.name, std::string(column.doc) + more,
                                  {{"type", is_flag ? json::value("boolean") : json::value("string")}}));
    if (!is_measured(column.type)) return;
    const auto schema = schema_of({column.name, column.type, column.doc, {}});
    const std::string name(column.name);
    out.push_back(query_parameter(name + "_from", "`" + name + "` from this on.", schema));
    out.push_back(query_parameter(name + "_to", "`" + name + "` before this.", schema));
}

/// Another word for a column, or a condition of its own.
void add_more_filters(json::array& out, const kit::Resource& resource) {
    for (const auto& filter : resource.filters) {
        const auto column = std::ranges::find(resource.columns, filter.column, &kit::Column::name);
        if (column == resource.columns.end())
            out.push_back(
                query_parameter(filter.name, std::string(filter.doc) + " Several by commas.", {{"type", "string"}}));
        else
            add_filter(out, {filter.name, column->type, filter.doc, {}});
    }
    add_filter(out, {"created_at", Type::timestamp, "When it was made.", {}});
    add_filter(out, {"updated_at", Type::timestamp, "When it last changed.", {}});
}

void add_listing(json::array& out, const kit::Resource& resource, Components& components) {
    std::string sortable = "`created_at`, `updated_at`";
    bool is_searched = false;
    for (const auto& column : resource.columns) {
        if ((column.use & kit::kFilter) != 0) add_filter(out, column);
        if ((column.use & kit::kSort) != 0) sortable += ", `" + std::string(column.name) + "`";
        is_searched = is_searched || (column.use & kit::kSearch) != 0;
    }
    add_more_filters(out, resource);
    if (is_searched) out.push_back(components.parameter("Search"));
    auto order = query_parameter("order", "By what to order, `-` before for descending, several by commas: " + sortable,
                                 {{"type", "string"}, {"default", resource.order}});
    order["example"] = resource.order;
    out.push_back(std::move(order));
    out.push_back(components.parameter("Cursor"));
}

json::array parameters_of(const Route& route, Components& components) {
    auto out = path_parameters(route);
    for (const auto& field : route.query) out.push_back(query_parameter(field.name, field.doc, schema_of(field)));
    if (has(route, kit::kListing)) add_listing(out, *route.answer.rows, components);
    constexpr std::pair<kit::Takes, std::string_view> kKnown[] = {{kit::kPages, "Limit"},
                                                                  {kit::kPages, "Skip"},
                                                                  {kit::kIfMatch, "IfMatch"},
                                                                  {kit::kWait, "Wait"},
                                                                  {kit::kIfNoneMatch, "IfNoneMatch"},
                                                                  {kit::kRange, "Range"},
                                                                  {kit::kRange, "IfRange"}};
    for (const auto& [what, name] : kKnown)
        if (has(route, what)) out.push_back(components.parameter(name));
    if (route.method == "POST" && !route.permission.empty() && !route.has_secrets)
        out.push_back(components.parameter("IdempotencyKey"));
    return out;
}

json::object request_body(const Route& route, const std::string& id, Components& components) {
    const bool partial = route.method == "PATCH";
    const auto is_required = [](const Field& field) { return field.rules.required && !field.rules.server; };
    json::object content{
        {"schema", components.body(route.body, pascal(id.substr(0, 1)) + id.substr(1) + "Request", partial)}};
    if (auto example = body_example(route); !example.is_null()) content["example"] = std::move(example);
    return {{"required", !partial && std::ranges::any_of(route.body, is_required)},
            {"content", json::object{{kJson, std::move(content)}}}};
}

/// The bytes as they are, or a form with them in it, and with the job where the path names none.
json::object file_body(const Route& route) {
    constexpr std::string_view kFile = "The pump runs hot.\n";
    const json::object bytes{{"type", "string"}, {"format", "binary"}};
    json::object filled{{"file", kFile}};
    if (route.path.find('{') == std::string_view::npos) filled["job_id"] = documented_id("jobs");
    const json::object form{{"type", "object"},
                            {"properties", json::object{{"file", bytes}, {"job_id", json::object{{"type", "string"}}}}},
                            {"required", json::array{"file"}}};
    return {{"required", true},
            {"content",
             json::object{{"application/octet-stream", json::object{{"schema", bytes}, {"example", kFile}}},
                          {"multipart/form-data", json::object{{"schema", form}, {"example", std::move(filled)}}}}}};
}

std::string_view reason_of(int status) {
    switch (status) {
        case 200:
            return "Done.";
        case 201:
            return "Made.";
        case 202:
            return "Taken on; it goes on in the background.";
        case 204:
            return "Done; there is no more to say.";
        case 206:
            return "The part that was asked for.";
        case 304:
            return "Still the same.";
        case 503:
            return "Not ready.";
        default:
            return "As asked.";
    }
}

json::object headers_of(const Route& route, int status, Components& components) {
    json::object headers;
    const auto* rows = route.answer.rows;
    if (has(route, kit::kListing)) {
        headers["Link"] = components.header("Link");
        headers["X-Next-Cursor"] = components.header("NextCursor");
    } else if ((rows != nullptr && route.answer.shape.name.empty() && !route.answer.is_list) ||
               has(route, kit::kIfNoneMatch) || (has(route, kit::kIfMatch) && status == 200)) {
        headers["ETag"] = components.header("ETag");
    }
    if (status == 201 && !has(route, kit::kCookie)) headers["Location"] = components.header("Location");
    if (status == 206) headers["Content-Range"] = components.header("ContentRange");
    if (has(route, kit::kCookie) && status < 204) headers["Set-Cookie"] = components.header("SetCookie");
    return headers;
}

/// A media type for each of "text/csv|application/pdf".
json::object content_of(const kit::Answer& answer, Components& components) {
    json::object content;
    auto rest = answer.media_type;
    while (!rest.empty()) {
        const auto one = rest.substr(0, rest.find('|'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        const bool is_known = answer.media_type == kJson;
        json::object media{
            {"schema", is_known ? components.answer(answer) : json::object{{"type", "string"}, {"format", "binary"}}}};
        if (auto example = answer_example(answer); is_known && !example.is_null())
            media["example"] = std::move(example);
        content[one] = std::move(media);
    }
    return content;
}

json::object success(const Route& route, int status, Components& components) {
    json::object one{{"description", reason_of(status)}};
    if (auto headers = headers_of(route, status, components); !headers.empty()) one["headers"] = std::move(headers);
    if (status != 204 && status != 304)
        if (auto content = content_of(route.answer, components); !content.empty()) one["content"] = std::move(content);
    return one;
}

std::vector<int> errors_of(const Route& route) {
    std::vector<int> out;
    const auto add_if = [&](bool applies, std::initializer_list<int> statuses) {
        if (applies) out.insert(out.end(), statuses);
    };
    const bool changes = route.method != "GET", has_body = !route.body.empty();
    const bool asks = has(route, kit::kPages) || has(route, kit::kListing) || !route.query.empty();
    add_if(changes || asks, {400});
    add_if(!route.permission.empty() || has(route, kit::kCookie), {401});
    add_if(!route.permission.empty(), {403});
    add_if(route.path.find('{') != std::string_view::npos, {404});
    add_if(changes || has(route, kit::kRange), {409});
    add_if(has(route, kit::kRange), {410, 416});
    add_if(has_body || route.takes_any_body, {413, 415, 422});
    add_if(true, {429});
    add_if(route.answer.also != 503 && route.path != "/health", {503});
    return out;
}

json::object responses_of(const Route& route, Components& components) {
    json::object out;
    for (const int status : {route.answer.status, route.answer.also})
        if (status != 0) out[std::to_string(status)] = success(route, status, components);
    if (has(route, kit::kIfNoneMatch)) out["304"] = success(route, 304, components);
    for (const int status : errors_of(route)) out[std::to_string(status)] = components.error(status);
    return out;
}

}  // namespace

json::object operation(const Route& route, Components& components) {
    const auto id = operation_id(route);
    json::object one{{"operationId", id}, {"tags", json::array{tag_of(route)}}, {"summary", route.doc}};
    if (!route.permission.empty()) {
        one["description"] = "Needs the permission `" + std::string(route.permission) + "`.";
        one["x-permission"] = route.permission;
    }
    if (auto parameters = parameters_of(route, components); !parameters.empty())
        one["parameters"] = std::move(parameters);
    if (!route.body.empty()) one["requestBody"] = request_body(route, id, components);
    if (route.takes_any_body) one["requestBody"] = file_body(route);
    one["responses"] = responses_of(route, components);
    if (route.permission.empty()) {
        one["security"] = json::array{};
        if (has(route, kit::kCookie) && !route.body.empty() && route.body.front().name == "refresh_token")
            one["security"] = json::array{json::object{{"refreshCookie", json::array{}}}, json::object{}};
    }
    return one;
}

}  // namespace nightshift::api::openapi
