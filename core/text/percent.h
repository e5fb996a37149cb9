// Percent-encoding (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace nightshift::core::text {

/// "%2F"
std::string percent(char byte);
/// For a part of an address: all but letters, digits, - . _ and ~ encoded.
std::string percent_encoded(std::string_view text);

}  // namespace nightshift::core::text
