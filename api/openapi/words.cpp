#include "api/openapi/words.h"

#include <algorithm>
#include <cctype>

namespace nightshift::api::openapi {
namespace {

constexpr std::string_view kRoot = "/api/v1/";

std::string camel(std::string name) {
    if (!name.empty()) name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    return name;
}

bool is_plural(std::string_view word) {
    return word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us");
}

/// Who it is about: the singular of what stands before a parameter, the last segment as it is.
std::string subject_of(const std::vector<std::string_view>& parts, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        if (is_parameter(parts[i])) continue;
        const bool one_of = i + 1 < parts.size() && is_parameter(parts[i + 1]);
        out += one_of ? singular(pascal(parts[i])) : pascal(parts[i]);
    }
    return out;
}

std::string verb_of(const kit::Route& route) {
    if (route.method == "GET") return route.answer.is_list ? "list" : "get";
    if (route.method == "POST") return "create";
    if (route.method == "PATCH") return "update";
    return route.method == "PUT" ? "replace" : "delete";
}

}  // namespace

std::string pascal(std::string_view words) {
    std::string out;
    bool upper = true;
    for (const char c : words) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
            upper = true;
            continue;
        }
        out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        upper = false;
    }
    return out;
}

std::string singular(std::string name) {
    if (name.ends_with("ies")) return name.substr(0, name.size() - 3) + "y";
    if (name.ends_with("uses") || name.ends_with("sses")) return name.substr(0, name.size() - 2);
    if (is_plural(name)) name.pop_back();
    return name;
}

std::vector<std::string_view> segments_of(std::string_view path) {
    if (path.starts_with(kRoot)) path.remove_prefix(kRoot.size());
    std::vector<std::string_view> out;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (end > 0) out.push_back(path.substr(0, end));
        path.remove_prefix(std::min(path.size(), end + 1));
    }
    return out;
}

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{');
}

std::string_view parameter_of(std::string_view segment) {
    return segment.substr(1, segment.size() - 2);
}

std::string tag_of(const kit::Route& route) {
    if (!route.path.starts_with(kRoot)) return "service";
    return std::string(segments_of(route.path).front());
}

std::string operation_id(const kit::Route& route) {
    if (!route.name.empty()) return std::string(route.name);
    const auto parts = segments_of(route.path);
    const auto last = parts.empty() ? std::string_view{} : parts.back();
    const bool is_action = route.method == "POST" && parts.size() > 1 && !is_parameter(last) && !is_plural(last);
    if (is_action) return camel(pascal(last) + singular(subject_of(parts, parts.size() - 1)));
    auto subject = subject_of(parts, parts.size());
    if (!route.answer.is_list && (route.method == "POST" || is_parameter(last))) subject = singular(subject);
    if (is_parameter(last) && parameter_of(last) != "id" && route.method == "GET")
        subject += "By" + pascal(parameter_of(last));
    return verb_of(route) + subject;
}

}  // namespace nightshift::api::openapi
