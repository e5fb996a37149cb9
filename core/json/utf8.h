// Text from outside that must be stored or answered, whatever its bytes are.
#pragma once

#include <string>
#include <string_view>

namespace nightshift::core::json {

/// The same text; what is no UTF-8, and NUL (PostgreSQL has none in a text), becomes U+FFFD, byte by byte.
std::string valid_utf8(std::string_view bytes);

}  // namespace nightshift::core::json
