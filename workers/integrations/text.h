// Bytes of others as text that can be stored: UTF-8 for JSON, and no NUL, which PostgreSQL does not take.
#pragma once

#include <string>
#include <string_view>

namespace nightshift::workers::integrations {

bool is_text(std::string_view bytes);
/// The same with each bad byte as U+FFFD.
std::string as_text(std::string_view bytes);
/// At most the last `most` bytes, beginning with a whole character.
std::string_view last_of(std::string_view text, std::size_t most);

}  // namespace nightshift::workers::integrations
