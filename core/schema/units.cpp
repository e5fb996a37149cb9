#include <charconv>
#include <cmath>

#include "core/schema/field.h"

namespace nightshift::core::schema {
namespace {

struct Unit {
    std::string_view name;
    double factor;
};

/// "1h30m" as a sum of numbers with units; a bare number counts as `bare`. Negative: not of this form.
double sum_of(std::string_view text, std::span<const Unit> units, bool bare) {
    double sum = 0;
    bool any = false;
    while (!text.empty()) {
        double number = 0;
        if (text[0] != '.' && (text[0] < '0' || text[0] > '9')) return -1;  // from_chars knows "inf" and "nan"
        const auto [end, failure] =
            std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
        if (failure != std::errc{}) return -1;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.empty()) return bare && !any ? number : -1;
        const Unit* longest = nullptr;
        for (const auto& unit : units)
            if (text.starts_with(unit.name) && (longest == nullptr || unit.name.size() > longest->name.size()))
                longest = &unit;
        if (longest == nullptr) return -1;
        text.remove_prefix(longest->name.size());
        sum += number * longest->factor;
        any = true;
    }
    return any ? sum : -1;
}

}  // namespace

double duration_seconds(std::string_view text) {
    static constexpr Unit kUnits[] = {{"ms", 0.001}, {"s", 1},     {"m", 60},    {"min", 60},
                                      {"h", 3600},   {"d", 86400}, {"w", 604800}};
    return sum_of(text, kUnits, true);
}

double size_bytes(std::string_view text) {
    static constexpr Unit kUnits[] = {{"B", 1},      {"kB", 1e3},      {"MB", 1e6},        {"GB", 1e9},
                                      {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}};
    return sum_of(text, kUnits, true);
}

}  // namespace nightshift::core::schema
