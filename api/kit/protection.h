// What stands before every route: who asks how often (429), and pages of which other sites may ask (CORS).
// RateLimit headers as in draft-ietf-httpapi-ratelimit-headers-10.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/kit/route.h"
#include "core/limit/buckets.h"

namespace nightshift::api::kit {

struct ProtectionSettings {
    /// Requests a minute; 0: no limit. `address` spares this machine's own; `sign_in` spares nobody.
    std::uint32_t user = 0, key = 0, address = 0, sign_in = 0;
    std::size_t remembered = 50'000;      ///< callers, of each limit
    std::vector<std::string> proxies{};   ///< whose X-Forwarded-For is believed
    std::vector<std::string> origins{};   ///< "https://app.example.org", exactly
    std::chrono::seconds preflight{600};  ///< how long a browser may remember the answer to a preflight
};

/// What a request took of its limits, for its headers.
struct Toll {
    struct One {
        std::string_view policy;
        core::limit::Taken taken;
    };
    std::vector<One> paid{};
};

class Protection {
public:
    explicit Protection(
        ProtectionSettings settings,
        const core::limit::Buckets::Clock& now = [] { return std::chrono::steady_clock::now(); });

    /// Who really asks: the peer, or whom a trusted proxy names.
    std::string address_of(const core::http::Request& request) const;
    /// Throw Error(rate_limited) with details {"retry_after": seconds}.
    void admit(const core::http::Request& request, Toll& toll);
    void admit_sign_in(const core::http::Request& request, Toll& toll);
    void admit(const Caller& caller, Toll& toll);
    bool allows_origin(std::string_view origin) const;
    /// The answer to a browser that asks whether it may ask; nothing when this is no such question.
    std::optional<core::http::Response> preflight(const core::http::Request& request, const std::string& methods) const;
    /// The headers of limits and CORS.
    void dress(const core::http::Request& request, const Toll& toll, core::http::Response& response) const;

private:
    ProtectionSettings settings_;
    core::limit::Buckets users_, keys_, addresses_, sign_ins_;
};

}  // namespace nightshift::api::kit
