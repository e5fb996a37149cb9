// Addresses that open one thing for a while: expires=<seconds since 1970>&signature=<HMAC-SHA-256>. Whoever holds one
// may use it; nobody can make or change one without the key. Any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/http/message.h"
#include "core/pg/pg.h"

namespace nightshift::domain::attachments {

class SignedAddress {
public:
    using Time = std::chrono::system_clock::time_point;
    explicit SignedAddress(std::string key) : key_(std::move(key)) {}

    /// The path with its expiry and signature. `purpose` keeps leave to read from passing for leave to write.
    std::string sign(std::string_view purpose, const std::string& path, Time expires_at) const;
    /// Throws Error(forbidden), in the same words whatever is wrong, unless the request's path was signed for this
    /// purpose and `now` is before its expiry.
    void require(std::string_view purpose, const core::http::Request& request, Time now) const;

private:
    std::string signature(std::string_view purpose, std::string_view path, std::string_view expires) const;
    std::string key_;
};

/// The configured key, or the one that the database keeps; made when there is none.
std::string signing_key(core::pg::Pool& pool, const std::string& configured);

}  // namespace nightshift::domain::attachments
