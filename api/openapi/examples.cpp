#include "api/openapi/examples.h"

#include <algorithm>
#include <cstdint>

#include "api/openapi/words.h"

namespace nightshift::api::openapi {
namespace {

using core::schema::Field;
using core::schema::Type;
namespace json = core::json;

constexpr std::string_view kMoment = "2026-03-02T09:30:00Z";

/// Path parameters that are no ids, with what the demo has.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {{"queues", "reports"}, {"key", "JOB-12"}};

json::value with_ids(const json::value& any) {
    if (any.is_string()) {
        const std::string_view text = any.as_string();
        const bool is_subject =
            text.starts_with('@') && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", 1) == text.npos;
        return is_subject ? json::value(documented_id(text.substr(1))) : any;
    }
    if (any.is_array()) {
        json::array out;
        for (const auto& one : any.as_array()) out.push_back(with_ids(one));
        return out;
    }
    if (!any.is_object()) return any;
    json::object out;
    for (const auto& [name, one] : any.as_object()) out[name] = with_ids(one);
    return out;
}

json::value sample_of(const Field& field) {
    if (field.name == "version") return 1;
    if (field.rules.nullable) return nullptr;
    if (!field.rules.fallback.empty()) return json::parse(field.rules.fallback);
    if (!field.rules.choices.empty())
        return json::value(std::string(field.rules.choices.substr(0, field.rules.choices.find('|'))));
    switch (field.type) {
        case Type::integer:
        case Type::number:
            return static_cast<std::int64_t>(std::max(0.0, field.rules.min));
        case Type::boolean:
            return false;
        case Type::uuid:
            return json::value(documented_id(field.name));
        case Type::timestamp:
            return json::value(std::string(kMoment));
        case Type::date:
            return json::value(std::string(kMoment.substr(0, 10)));
        case Type::object:
            return json::object{};
        case Type::array:
        case Type::texts:
            return json::array{};
        default:
            return json::value(std::string(field.name));
    }
}

json::object row_example(const kit::Resource& resource) {
    const auto given = example_of(resource.example);
    json::object row;
    for (const auto& field : shown_fields(resource)) {
        const auto* known = given.as_object().if_contains(field.name);
        row[field.name] = known != nullptr ? *known : sample_of(field);
    }
    row["id"] = documented_id(resource.name);
    return row;
}

/// One field is enough to show how a change looks: the last one given, which is seldom the name.
json::value change_example(const json::object& whole) {
    if (whole.empty()) return nullptr;
    const auto& last = *(whole.end() - 1);
    return json::object{{last.key(), last.value()}};
}

}  // namespace

std::string documented_id(std::string_view subject) {
    std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
    for (const char c : subject) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    std::string digits;
    for (int i = 0; i < 12; ++i, hash >>= 4U) digits += "0123456789abcdef"[hash & 15U];
    return "01890a5d-ac96-7000-8000-" + digits;
}

json::value example_of(std::string_view text) {
    return with_ids(json::parse(text));
}

json::value body_example(const kit::Route& route) {
    if (route.body.empty()) return nullptr;
    if (!route.example.empty()) return example_of(route.example);
    const auto* resource = route.answer.rows;
    if (resource == nullptr || resource->example.empty() || segments_of(route.path).front() != resource->name)
        return nullptr;
    json::object body;
    const auto row = example_of(resource->example);
    for (const auto& field : route.body) {
        const auto* given = row.as_object().if_contains(field.name);
        if (given != nullptr && !field.rules.server) body[field.name] = *given;
    }
    return route.method == "PATCH" ? change_example(body) : json::value(body);
}

json::value answer_example(const kit::Answer& answer) {
    json::value one;
    if (answer.rows != nullptr && !answer.rows->example.empty()) {
        auto row = row_example(*answer.rows);
        for (const auto& field : answer.shape.fields) row[field.name] = sample_of(field);
        one = std::move(row);
    } else if (!answer.shape.example.empty()) {
        one = example_of(answer.shape.example);
    }
    if (one.is_object())
        for (const auto& field : answer.shape.more) one.as_object()[field.name] = sample_of(field);
    return one.is_null() || !answer.is_list ? one : json::value(json::array{one});
}

std::string path_example(const std::vector<std::string_view>& segments, std::size_t at) {
    const auto name = parameter_of(segments[at]);
    const auto before = at == 0 ? std::string_view{} : segments[at - 1];
    if (name == "id") return documented_id(before == "job" || before == "ticket" ? "jobs" : before);
    if (name.ends_with("_id")) return documented_id(std::string(name.substr(0, name.size() - 3)) + "s");
    const auto* known = std::ranges::find(kNames, before, &std::pair<std::string_view, std::string_view>::first);
    return known == std::end(kNames) ? std::string{} : std::string(known->second);
}

std::vector<Field> shown_fields(const kit::Resource& resource) {
    std::vector<Field> fields{{"id", Type::uuid, "Its id.", {.required = true}}};
    for (const auto& column : resource.columns) {
        if ((column.use & kit::kWriteOnly) != 0) continue;
        auto rules = column.rules;
        rules.nullable = rules.nullable || (rules.server && !rules.required);
        fields.push_back({column.name, column.type, column.doc, rules});
    }
    fields.push_back({"version", Type::integer, "Grows with each change; also the ETag.", {}});
    fields.push_back({"created_at", Type::timestamp, "When it was made.", {}});
    fields.push_back({"updated_at", Type::timestamp, "When it was last changed.", {}});
    return fields;
}

}  // namespace nightshift::api::openapi
