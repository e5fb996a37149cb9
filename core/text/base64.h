// base64url without padding (RFC 4648, 5): bytes as text that an address or a token may hold; base64 with it (4), as
// mails and headers have it.
#pragma once

#include <string>
#include <string_view>

namespace nightshift::core::text {

std::string base64url(std::string_view bytes);
/// Its bytes; throws std::exception for what is none.
std::string from_base64url(std::string_view text);

std::string base64(std::string_view bytes);
/// Its bytes; throws std::exception for what is none.
std::string from_base64(std::string_view text);

}  // namespace nightshift::core::text
