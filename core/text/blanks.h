// Blanks around the words of protocols: spaces and tabs (OWS, RFC 9110 5.6.3).
#pragma once

#include <string_view>

namespace nightshift::core::text {

constexpr std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace nightshift::core::text
