// Signed access tokens: RS256 and nothing else. RFC 7519, RFC 8725 3.1 (one algorithm, chosen by us), 3.2 to 3.9.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"

namespace nightshift::core::secret {

struct KeyPair {
    std::string id;           ///< the token's `kid`
    std::string private_pem;  ///< empty: it only verifies
    std::string public_pem;
};
/// RSA, 2048 bits. Takes a fraction of a second.
KeyPair make_key_pair(std::string id);

struct Claims {
    std::string subject, organization, session;
    std::chrono::system_clock::time_point expires_at;
};

/// Knows the keys of one issuer; the first signs. Any thread.
class Signer {
public:
    Signer(std::string issuer, const std::vector<KeyPair>& keys);
    ~Signer();
    std::string sign(const Claims& claims, std::chrono::system_clock::time_point now) const;
    /// Nothing for what is not exactly a live token of ours: other algorithm, key, issuer, type, damaged, expired, not
    /// yet.
    std::optional<Claims> verify(const std::string& token, std::chrono::system_clock::time_point now) const;
    /// RFC 7517: {"keys": [...]}
    json::object key_set() const;

private:
    struct Impl;
    std::unique_ptr<const Impl> impl_;
};

}  // namespace nightshift::core::secret
