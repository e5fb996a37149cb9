// ASCII case, whatever the locale says: for protocol words and keys, never for people's words.
#pragma once

#include <string>
#include <string_view>

namespace nightshift::core::text {

constexpr char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// A to Z become a to z; every other byte stays.
inline std::string lower_case(std::string_view text) {
    std::string out(text);
    for (auto& c : out) c = lower_case(c);
    return out;
}

/// Alike but for the case of A to Z.
inline bool same_but_case(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i)
        if (lower_case(left[i]) != lower_case(right[i])) return false;
    return true;
}

}  // namespace nightshift::core::text
