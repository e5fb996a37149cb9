#include "api/kit/protection.h"

#include <algorithm>

#include "core/error/error.h"
#include "core/text/blanks.h"

namespace nightshift::api::kit {
namespace {

using core::limit::Taken;

/// What pages of other sites may read beside the body.
constexpr std::string_view kExposed =
    "ETag, Link, Location, Content-Disposition, Retry-After, RateLimit, RateLimit-Policy, X-Next-Cursor, X-Request-Id, "
    "X-Total-Count";
constexpr std::string_view kTaken =
    "Accept, Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Prefer, Range, X-Request-Id";

bool is_of_this_machine(std::string_view address) {
    return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.") || address.empty();
}

/// Somebody with an IPv6 network has 2^64 addresses of it: they count as one.
std::string subscriber(const std::string& address) {
    if (address.find(':') == std::string::npos || address.starts_with("::ffff:")) return address;
    std::size_t end = 0;
    for (int group = 0; group < 4 && end != std::string::npos; ++group) {
        end = address.find(':', end == 0 ? 0 : end + 1);
        if (end != std::string::npos && address.substr(end, 2) == "::") break;
    }
    return address.substr(0, end);
}

void pay(core::limit::Buckets& buckets, std::string_view policy, std::string_view key, Toll& toll) {
    const auto taken = buckets.take(key);
    if (taken.limit == 0) return;
    toll.paid.push_back({policy, taken});
    if (taken.allowed) return;
    const auto wait = std::to_string(taken.wait.count());
    throw core::Error(
        core::Code::rate_limited,
        "too many requests: at most " + std::to_string(taken.limit) + " a minute; try again in " + wait + " seconds",
        R"({"policy":")" + std::string(policy) + R"(","retry_after":)" + wait + "}");
}

}  // namespace

Protection::Protection(ProtectionSettings settings, const core::limit::Buckets::Clock& now)
    : settings_(std::move(settings)),
      users_({settings_.user, settings_.remembered}, now),
      keys_({settings_.key, settings_.remembered}, now),
      addresses_({settings_.address, settings_.remembered}, now),
      sign_ins_({settings_.sign_in, settings_.remembered}, now) {}

/// From the last on: what stands before the first address that is not a proxy of ours, anybody may have written.
std::string Protection::address_of(const core::http::Request& request) const {
    const auto is_proxy = [&](std::string_view address) {
        return std::ranges::find(settings_.proxies, address) != settings_.proxies.end();
    };
    if (settings_.proxies.empty() || !is_proxy(request.peer)) return request.peer;
    const auto forwarded = request.combined("x-forwarded-for");
    std::string_view rest = forwarded;
    while (!rest.empty()) {
        const auto comma = rest.rfind(',');
        const auto one = core::text::trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
        constexpr std::size_t kLongest = 45;
        const bool is_address = !one.empty() && one.size() <= kLongest &&
                                one.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
        if (!is_address) break;
        if (!is_proxy(one)) return std::string(one);
    }
    return request.peer;
}

void Protection::admit(const core::http::Request& request, Toll& toll) {
    if (!is_of_this_machine(request.peer)) pay(addresses_, "address", subscriber(request.peer), toll);
}

void Protection::admit_sign_in(const core::http::Request& request, Toll& toll) {
    pay(sign_ins_, "sign-in", subscriber(request.peer), toll);
}

void Protection::admit(const Caller& caller, Toll& toll) {
    if (caller.actor.starts_with("key:")) return pay(keys_, "key", caller.actor, toll);
    if (!caller.user.empty()) pay(users_, "user", caller.user, toll);
}

bool Protection::allows_origin(std::string_view origin) const {
    return std::ranges::find(settings_.origins, origin) != settings_.origins.end();
}

std::optional<core::http::Response> Protection::preflight(const core::http::Request& request,
                                                          const std::string& methods) const {
    if (request.method != "OPTIONS" || request.header("access-control-request-method").empty() ||
        !allows_origin(request.header("origin")))
        return std::nullopt;
    return core::http::Response{.status = 204,
                                .content_type = {},
                                .headers = {{"Access-Control-Allow-Methods", methods},
                                            {"Access-Control-Allow-Headers", std::string(kTaken)},
                                            {"Access-Control-Max-Age", std::to_string(settings_.preflight.count())}}};
}

void Protection::dress(const core::http::Request& request, const Toll& toll, core::http::Response& response) const {
    std::string policies, states;
    for (const auto& [policy, taken] : toll.paid) {
        const auto name = (policies.empty() ? "\"" : ", \"") + std::string(policy) + '"';
        policies += name + ";q=" + std::to_string(taken.limit) + ";w=60";
        states += name + ";r=" + std::to_string(taken.left) + ";t=" + std::to_string(taken.full_again.count());
    }
    if (!policies.empty()) {
        response.headers.emplace_back("RateLimit-Policy", policies);
        response.headers.emplace_back("RateLimit", states);
    }
    if (settings_.origins.empty()) return;
    response.headers.emplace_back("Vary", "Origin");
    const auto origin = request.header("origin");
    if (!allows_origin(origin)) return;
    response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
    response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
    response.headers.emplace_back("Access-Control-Expose-Headers", std::string(kExposed));
}

}  // namespace nightshift::api::kit
