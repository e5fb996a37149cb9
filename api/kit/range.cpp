#include "api/kit/range.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>

namespace nightshift::api::kit {
namespace {

/// Digits only; a number too large to hold is as good as the largest.
std::optional<std::uint64_t> number(std::string_view text) {
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    if (text.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        value = value > (kMost - digit) / 10 ? kMost : value * 10 + digit;
    }
    return value;
}

bool is_bytes(std::string_view unit) {
    return std::ranges::equal(unit, std::string_view("bytes"),
                              [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

std::string Extent::content_range(std::uint64_t size) const {
    const auto whole = "/" + std::to_string(size);
    if (kind != Kind::part) return "bytes *" + whole;
    return "bytes " + std::to_string(first) + "-" + std::to_string(first + count - 1) + whole;
}

Extent wanted_extent(std::string_view range, std::string_view if_range, std::string_view tag, std::uint64_t size) {
    using Kind = Extent::Kind;
    // A date never matches: we send no Last-Modified. Nor does a weak tag: parts need the same bytes.
    if (!if_range.empty() && if_range != tag) return {};
    const auto equals = range.find('=');
    if (equals == std::string_view::npos || !is_bytes(range.substr(0, equals))) return {};
    const auto spec = range.substr(equals + 1);
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos) return {};
    const auto from = spec.substr(0, dash), to = spec.substr(dash + 1);
    const auto first = number(from), last = number(to);
    if ((!first && !from.empty()) || (!last && !to.empty()) || (!first && !last)) return {};
    if (!first) {  // the last so many bytes
        if (*last == 0) return {Kind::unsatisfiable};
        const auto count = std::min(*last, size);
        return count == 0 ? Extent{} : Extent{Kind::part, size - count, count};
    }
    if (last && *last < *first) return {};
    if (*first >= size) return {Kind::unsatisfiable};
    const auto end = last ? std::min(*last, size - 1) : size - 1;
    return {Kind::part, *first, end - *first + 1};
}

}  // namespace nightshift::api::kit
