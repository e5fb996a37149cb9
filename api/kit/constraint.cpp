#include "api/kit/constraint.h"

#include "core/json/json.h"

namespace nightshift::api::kit {
namespace {

using core::Code;
using core::Error;
namespace json = core::json;

std::string_view between(std::string_view text, std::string_view from, std::string_view to) {
    const auto begin = text.find(from);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin + from.size());
    return text.substr(0, text.find(to));
}

/// "organization_id, lower(name)" -> "name"
std::string last_column(std::string_view columns) {
    if (const auto comma = columns.rfind(", "); comma != std::string_view::npos) columns.remove_prefix(comma + 2);
    if (const auto inner = between(columns, "(", ")"); !inner.empty()) columns = inner.substr(0, inner.find("::"));
    std::string name(columns);
    std::erase(name, '"');
    return name;
}

}  // namespace

Error named(const Error& problem, std::span<const Constraint> constraints) {
    const std::string_view state = problem.sqlstate(), said = problem.what();
    if (!state.starts_with("23") && !state.starts_with("22")) return problem;
    const auto constraint = between(said, "constraint \"", "\"");
    for (const auto& known : constraints)
        if (known.name == constraint)
            return core::schema::wrong(known.code, std::string(known.field), std::string(known.message));
    const auto field = last_column(between(said, "Key (", ")="));
    if (state == "23505" && !field.empty())
        return core::schema::wrong(Code::conflict, field, "another one has this already");
    if (state == "23503" && said.find("is still referenced") != std::string_view::npos)
        return {Code::conflict, "others still refer to it; change or delete them first"};
    if (state == "23503" && !field.empty()) return core::schema::wrong(Code::rule, field, "there is none with this id");
    if (state == "23502")
        return core::schema::wrong(Code::validation, std::string(between(said, "column \"", "\"")), "is required");
    if (state == "23514" || state == "23P01") return {Code::rule, "this breaks the rule " + std::string(constraint)};
    return {Code::validation, "a value does not fit its field"};
}

}  // namespace nightshift::api::kit
