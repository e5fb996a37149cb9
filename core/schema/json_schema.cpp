// Fields as JSON Schema 2020-12, the dialect of OpenAPI 3.1.
#include <cmath>

#include "core/schema/field.h"

namespace nightshift::core::schema {
namespace {

using json::object;

json::array choices_of(const Field& field) {
    json::array out;
    auto rest = field.rules.choices;
    while (!rest.empty()) {
        const auto one = rest.substr(0, rest.find('|'));
        out.emplace_back(one);
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    }
    if (field.rules.nullable) out.emplace_back(nullptr);
    return out;
}

json::array types_of(Type type) {
    switch (type) {
        case Type::integer:
            return {"integer"};
        case Type::number:
            return {"number"};
        case Type::boolean:
            return {"boolean"};
        case Type::duration:
            return {"string", "number"};
        case Type::size:
            return {"string", "integer"};
        case Type::object:
            return {"object"};
        case Type::array:
        case Type::texts:
            return {"array"};
        case Type::any:
            return {};
        default:
            return {"string"};
    }
}

std::string_view format_of(Type type) {
    switch (type) {
        case Type::uuid:
            return "uuid";
        case Type::timestamp:
            return "date-time";
        case Type::date:
            return "date";
        default:
            return {};
    }
}

json::value limit(double amount) {
    return amount == std::floor(amount) && std::abs(amount) < 9e15 ? json::value(static_cast<std::int64_t>(amount))
                                                                   : json::value(amount);
}

/// The limits of a number, a text's length, or an array's; those of durations and sizes have no word in JSON Schema.
void add_limits(object& one, const Field& field) {
    std::string_view least, most;
    switch (field.type) {
        case Type::integer:
        case Type::number:
            least = "minimum", most = "maximum";
            break;
        case Type::text:
            least = "minLength", most = "maxLength";
            break;
        case Type::array:
        case Type::texts:
            least = "minItems", most = "maxItems";
            break;
        default:
            return;
    }
    if (field.rules.min > std::numeric_limits<double>::lowest()) one[least] = limit(field.rules.min);
    if (field.rules.max < std::numeric_limits<double>::max()) one[most] = limit(field.rules.max);
}

object schema_of(const Field& field) {
    object one;
    const bool has_fields = !field.rules.fields.empty();
    if (field.type == Type::object && has_fields) one = json_schema(field.rules.fields);
    if (field.type == Type::object && !has_fields) one["additionalProperties"] = true;
    one["description"] = field.doc;
    if (auto types = types_of(field.type); !types.empty()) {
        if (field.rules.nullable) types.emplace_back("null");
        one["type"] = types.size() == 1 ? types.front() : json::value(std::move(types));
    }
    if (const auto format = format_of(field.type); !format.empty()) one["format"] = format;
    if (!field.rules.choices.empty()) one["enum"] = choices_of(field);
    if (field.type == Type::texts) one["items"] = object{{"type", "string"}};
    if (field.type == Type::array)
        one["items"] = has_fields ? json::value(json_schema(field.rules.fields)) : json::value(object{});
    add_limits(one, field);
    if (!field.rules.fallback.empty()) one["default"] = json::parse(field.rules.fallback);
    return one;
}

}  // namespace

object json_schema(std::span<const Field> fields) {
    object properties;
    json::array required;
    for (const auto& field : fields) {
        properties[field.name] = schema_of(field);
        if (field.rules.required) required.emplace_back(field.name);
    }
    object schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
}

}  // namespace nightshift::core::schema
