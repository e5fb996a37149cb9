// Bytes of others as text that can be stored: JSON wants UTF-8, PostgreSQL wants no NUL.
#pragma once

#include <string>
#include <string_view>

namespace nightshift::workers::integrations {

/// Is it UTF-8 without NUL?
bool is_text(std::string_view bytes);
/// The same with each bad byte as U+FFFD.
std::string as_text(std::string_view bytes);
/// At most the first or last `most` bytes, never half a character.
std::string_view first_of(std::string_view text, std::size_t most);
std::string_view last_of(std::string_view text, std::size_t most);

}  // namespace nightshift::workers::integrations
