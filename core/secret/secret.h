// Passwords, random tokens and digests. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace nightshift::core::secret {

/// bcrypt ($2b$) at this cost. Passwords over 72 bytes are refused with Error(validation): bcrypt would cut them.
std::string hash_password(const std::string& password, int cost = 11);
/// Takes as long for an empty hash as for a wrong password, so that nobody learns who exists.
bool check_password(const std::string& password, const std::string& hash);
/// So many random bytes as base64url text.
std::string random_token(std::size_t bytes = 32);
/// SHA-256 in hexadecimal: what is stored of tokens.
std::string digest(std::string_view text);
/// HMAC-SHA-256 (RFC 2104) in hexadecimal.
std::string hmac(const std::string& key, std::string_view text);
/// The same as its 32 bytes.
std::string hmac_bytes(const std::string& key, std::string_view text);
/// Whether they are equal; its time tells nothing of where they differ.
bool same(std::string_view left, std::string_view right);

}  // namespace nightshift::core::secret
