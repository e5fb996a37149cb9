// UTF-8, strictly: no overlong form, no surrogate, nothing above U+10FFFF. RFC 3629.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nightshift::core::text {

inline constexpr char32_t kInvalid = 0xFFFF'FFFF;

/// A code point and its bytes; kInvalid and 1 for a byte that begins no character.
struct Character {
    char32_t code;
    std::size_t length;
};

/// The character that `text` begins with; `text` is not empty.
Character first(std::string_view text);

bool is_utf8(std::string_view text);

/// C0, DEL and C1.
bool is_control(char32_t code);
/// Controls, the line separators U+2028 and U+2029, and what turns the direction of text: may forge a line, drive a
/// terminal, or show something else than is there.
bool is_deceptive(char32_t code);

/// Every byte that begins no character becomes U+FFFD.
std::string repaired(std::string_view text);

/// What PostgreSQL takes as a text: repaired, and NUL, which it has not, becomes U+FFFD too.
std::string storable(std::string_view text);

/// At most `most` bytes of it, ending with a whole character.
std::string_view cut(std::string_view text, std::size_t most);

}  // namespace nightshift::core::text
