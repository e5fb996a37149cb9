#include "daemon/commands/console/show.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "core/time/time.h"

namespace nightshift::daemon::console {
namespace {

namespace json = core::json;

const json::value* find(const json::value& object, std::string_view name) {
    const auto* found = object.is_object() ? object.as_object().if_contains(name) : nullptr;
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::string two_units(long long whole, long long part, const char* first, const char* second) {
    std::array<char, 48> out{};
    std::snprintf(out.data(), out.size(), "%lld%s%02lld%s", whole, first, part, second);
    return out.data();
}

}  // namespace

std::string text(const json::value& object, std::string_view name) {
    const auto* found = find(object, name);
    if (found == nullptr) return {};
    return found->is_string() ? std::string(found->as_string()) : json::text(*found);
}

double number(const json::value& object, std::string_view name) {
    const auto* found = find(object, name);
    return found != nullptr && found->is_number() ? found->to_number<double>() : 0;
}

std::string moment(const json::value& object, std::string_view name) {
    const auto at = core::time::parse_rfc3339(text(object, name));
    if (!at) return text(object, name);
    auto out = core::time::rfc3339(*at).substr(0, 19);
    out[10] = ' ';
    return out;
}

std::string age(const json::value& object, std::string_view name) {
    const auto at = core::time::parse_rfc3339(text(object, name));
    if (!at) return {};
    const auto seconds = std::chrono::duration<double>(std::chrono::system_clock::now() - *at).count();
    return seconds < -0.5 ? "in " + span(-seconds) : span(std::max(seconds, 0.0));
}

std::string span(double seconds) {
    std::array<char, 32> out{};
    const auto whole = static_cast<long long>(seconds);
    if (seconds < 1) {
        std::snprintf(out.data(), out.size(), "%.0fms", seconds * 1000);
        return out.data();
    }
    if (seconds < 60) {
        std::snprintf(out.data(), out.size(), "%.1fs", std::floor(seconds * 10) / 10);
        return out.data();
    }
    if (whole < 3600) return two_units(whole / 60, whole % 60, "m", "s");
    if (whole < 86400) return two_units(whole / 3600, whole % 3600 / 60, "h", "m");
    return two_units(whole / 86400, whole % 86400 / 3600, "d", "h");
}

void print(const Table& table, std::string_view none) {
    if (table.empty())
        std::cout << none << '\n';
    else
        std::cout << table.text(terminal_width(STDOUT_FILENO));
}

void print_members(const json::value& object, const std::vector<std::string>& names) {
    std::size_t widest = 0;
    for (const auto& name : names)
        if (!text(object, name).empty()) widest = std::max(widest, name.size());
    for (const auto& name : names) {
        const auto value = name.ends_with("_at") ? moment(object, name) : text(object, name);
        if (value.empty()) continue;
        std::cout << name << std::string(widest - name.size() + 2, ' ') << printable(value) << '\n';
    }
}

void print_json(const json::value& any) {
    std::cout << json::text(any) << '\n';
}

}  // namespace nightshift::daemon::console
