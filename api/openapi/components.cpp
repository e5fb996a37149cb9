#include "api/openapi/components.h"

#include <algorithm>

#include "api/openapi/examples.h"
#include "api/openapi/words.h"
#include "queue/kinds.h"

namespace nightshift::api::openapi {
namespace {

using core::schema::Field;
using core::schema::Type;
namespace json = core::json;

json::object reference(std::string_view folder, const std::string& name) {
    return {{"$ref", "#/components/" + std::string(folder) + "/" + name}};
}

struct Known {
    std::string_view name, place, header, doc, schema, example;
};
constexpr Known kParameters[] = {
    {"Limit", "query", "limit", "How many at most.", R"({"type":"integer","minimum":1,"maximum":200,"default":100})",
     "20"},
    {"Skip", "query", "skip", "How many to leave out before.",
     R"({"type":"integer","minimum":0,"maximum":1000000,"default":0})", "0"},
    {"Cursor", "query", "cursor", "Where to go on: `X-Next-Cursor` of the answer before, in the same order.",
     R"({"type":"string","maxLength":4096})", ""},
    {"Search", "query", "q", "Looks for this text, in any case of letters.", R"({"type":"string","maxLength":200})",
     ""},
    {"IdempotencyKey", "header", "Idempotency-Key",
     "A text of your own, new for each thing to be done: what is sent again under it within a day is done once.",
     R"({"type":"string","minLength":1,"maxLength":255})", ""},
    {"IfMatch", "header", "If-Match", "Change only what has this ETag still; otherwise the answer is 409.",
     R"({"type":"string"})", R"("\"1\"")"},
    {"IfNoneMatch", "header", "If-None-Match", "Answer 304 when it still has this ETag.", R"({"type":"string"})", ""},
    {"Wait", "header", "Prefer", "`wait=10`: answer when the run has ended, or after so many seconds, at most 30.",
     R"({"type":"string","pattern":"^wait=[0-9]+$"})", R"("wait=10")"},
    {"Range", "header", "Range", "Only this part of the file: `bytes=0-1023`.", R"({"type":"string"})", ""},
    {"IfRange", "header", "If-Range", "The part only when the file still has this ETag; else all of it.",
     R"({"type":"string"})", ""},
};
constexpr Known kHeaders[] = {
    {"ETag", "", "", "The version of what is answered, for If-Match and If-None-Match.", R"({"type":"string"})",
     R"("\"1\"")"},
    {"Location", "", "", "Where it is.", R"({"type":"string","format":"uri-reference"})", ""},
    {"Link", "", "", "`<...>; rel=\"next\"`: the next page. Missing on the last.", R"({"type":"string"})", ""},
    {"NextCursor", "", "", "The `cursor` of the next page. Missing on the last.", R"({"type":"string"})", ""},
    {"RetryAfter", "", "", "Seconds to wait before the next try.", R"({"type":"integer","minimum":0})", "1"},
    {"ContentRange", "", "", "Which part of the file this is.", R"({"type":"string"})", ""},
    {"SetCookie", "", "", "The refresh token, for browsers; no script can read it.", R"({"type":"string"})", ""},
};

struct Status {
    int status;
    core::Code code;
    std::string_view doc, message, details = "{}";
};
constexpr Status kErrors[] = {
    {400, core::Code::validation, "What was sent is not as it should be; `details.fields` names each wrong field.",
     "title: required: What is to be done.", R"({"fields":{"title":"required: What is to be done."}})"},
    {401, core::Code::unauthorized, "Nobody is known by this token.", "Authorization: this token is not valid"},
    {403, core::Code::forbidden, "Known, but not permitted.", "this needs the permission job.create"},
    {404, core::Code::not_found, "There is none, or none that the caller may see.", "no such path: /api/v1/jbos"},
    {409, core::Code::conflict, "It does not fit what is there now.",
     "If-Match: this job is at version 3 now; read it again before you change it", R"({"version":3})"},
    {410, core::Code::gone, "It is no longer kept.", "the report's file is no longer kept; generate it again"},
    {413, core::Code::too_large, "More than is taken at once.", "body: more than 1048576 bytes"},
    {415, core::Code::unsupported_media, "Not JSON.", "Content-Type: expected application/json, in UTF-8"},
    {416, core::Code::range_not_satisfiable, "No such part of the file.",
     "Range: expected a part of the file, which is bytes */1024"},
    {422, core::Code::rule, "Well formed, but against a rule.", "scheduled_end: is not after scheduled_start",
     R"({"fields":{"scheduled_end":"is not after scheduled_start"}})"},
    {429, core::Code::rate_limited, "Too many; try again after `Retry-After`.", "too many requests; try again in 1 s"},
    {503, core::Code::database, "Not now; try again after `Retry-After`.",
     "the database can't be reached now; try again"},
};

template <std::size_t n>
const Known& find(const Known (&table)[n], std::string_view name) {
    return *std::ranges::find(table, name, &Known::name);
}

/// Answers are read, not checked: all fields are there, limits and defaults mean nothing, new fields may come.
void open_up(json::object& schema) {
    for (const auto* word : {"default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"})
        schema.erase(word);
    if (schema.contains("properties")) schema.erase("additionalProperties");
    if (auto* items = schema.if_contains("items"); items != nullptr && items->is_object()) open_up(items->as_object());
    auto* properties = schema.if_contains("properties");
    if (properties == nullptr) return;
    json::array required;
    for (auto& [name, one] : properties->as_object()) {
        required.emplace_back(name);
        open_up(one.as_object());
    }
    schema["required"] = std::move(required);
}

json::object shown_schema(std::span<const Field> fields) {
    auto schema = core::schema::json_schema(fields);
    open_up(schema);
    return schema;
}

json::object error_schema() {
    json::array codes;
    for (const auto& row : core::code_rows) codes.emplace_back(row.name);
    constexpr Field kError[] = {
        {"error", Type::text, "The kind of problem; a closed list."},
        {"message", Type::text, "For people: where, what was expected, what came."},
        {"details", Type::object, "For programs; `fields` names each wrong field."},
        {"request_id", Type::text, "What the log has it under; also the header X-Request-Id."},
    };
    auto schema = shown_schema(kError);
    schema["properties"].as_object()["error"].as_object()["enum"] = std::move(codes);
    return schema;
}

}  // namespace

json::object Components::body(std::span<const Field> fields, const std::string& name, bool partial) {
    const auto [known, is_new] = bodies_.try_emplace({fields.data(), partial}, name);
    if (is_new) {
        auto schema = core::schema::json_schema(fields);
        if (partial) {
            schema.erase("required");
            for (auto& [field, one] : schema["properties"].as_object()) one.as_object().erase("default");
        }
        auto& properties = schema["properties"].as_object();
        for (const auto& field : fields)
            if (field.rules.server) properties.erase(field.name);
        if (properties.contains("kind") && properties.contains("args")) add_kinds(properties);
        schemas_[name] = std::move(schema);
    }
    return reference("schemas", known->second);
}

void Components::add_kinds(json::object& properties) {
    json::array names, arguments;
    for (const auto* kind : queue::registered_kinds()) {
        const auto name = pascal(kind->name) + "Arguments";
        if (!schemas_.contains(name)) {
            auto schema = core::schema::json_schema(kind->args);
            schema["title"] = kind->name;
            schema["description"] = kind->doc;
            schemas_[name] = std::move(schema);
        }
        names.emplace_back(kind->name);
        arguments.push_back(reference("schemas", name));
    }
    if (names.empty()) return;
    properties["kind"].as_object()["enum"] = std::move(names);
    auto& args = properties["args"].as_object();
    for (const auto* word : {"type", "additionalProperties", "default"}) args.erase(word);
    args["anyOf"] = std::move(arguments);
}

json::object Components::answer(const kit::Answer& answer) {
    std::string name(answer.shape.name);
    std::vector<Field> fields;
    if (answer.rows != nullptr) {
        fields = shown_fields(*answer.rows);
        if (name.empty()) name = singular(pascal(answer.rows->name));
    }
    fields.insert(fields.end(), answer.shape.fields.begin(), answer.shape.fields.end());
    fields.insert(fields.end(), answer.shape.more.begin(), answer.shape.more.end());
    json::object one;
    if (!name.empty()) {
        if (!schemas_.contains(name)) schemas_[name] = shown_schema(fields);
        one = reference("schemas", name);
    }
    if (!answer.is_list) return one;
    return {{"type", "array"}, {"items", std::move(one)}};
}

json::object Components::parameter(std::string_view name) {
    const auto& known = find(kParameters, name);
    json::object one{
        {"name", known.header}, {"in", known.place}, {"description", known.doc}, {"schema", json::parse(known.schema)}};
    if (!known.example.empty()) one["example"] = json::parse(known.example);
    parameters_[name] = std::move(one);
    return reference("parameters", std::string(name));
}

json::object Components::header(std::string_view name) {
    const auto& known = find(kHeaders, name);
    json::object one{{"description", known.doc}, {"schema", json::parse(known.schema)}};
    if (!known.example.empty()) one["example"] = json::parse(known.example);
    headers_[name] = std::move(one);
    return reference("headers", std::string(name));
}

json::object Components::error(int status) {
    const auto& known = *std::ranges::find(kErrors, status, &Status::status);
    const auto name = "Error" + std::to_string(status);
    if (responses_.contains(name)) return reference("responses", name);
    if (!schemas_.contains("Error")) schemas_["Error"] = error_schema();
    json::object example{{"error", core::row_of(known.code).name},
                         {"message", known.message},
                         {"details", json::parse(known.details)},
                         {"request_id", documented_id("requests")}};
    json::object content{{"schema", reference("schemas", "Error")}, {"example", std::move(example)}};
    json::object one{{"description", known.doc}, {"content", json::object{{"application/json", std::move(content)}}}};
    if (core::row_of(known.code).again == core::Again::later)
        one["headers"] = json::object{{"Retry-After", header("RetryAfter")}};
    responses_[name] = std::move(one);
    return reference("responses", name);
}

json::object Components::all() const {
    return {{"schemas", schemas_}, {"parameters", parameters_}, {"headers", headers_}, {"responses", responses_}};
}

}  // namespace nightshift::api::openapi
