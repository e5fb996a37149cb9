#include "api/kit/idempotency.h"

#include <algorithm>
#include <string>

#include "api/kit/sql.h"
#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "core/pg/pg.h"
#include "core/secret/secret.h"

namespace nightshift::api::kit {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;

/// A structured-field string, or the bare text that most clients send.
std::string key_in(const Request& request) {
    std::string_view text = request.header("idempotency-key");
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    constexpr std::size_t kMost = 255;
    const bool is_plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '"'; });
    if (text.empty() || text.size() > kMost || !is_plain)
        throw Error(Code::validation, "Idempotency-Key: expected 1 to 255 visible ASCII characters");
    return std::string(text);
}

/// One caller's key for one route.
struct Held {
    core::pg::Pool& pool;
    const Caller& caller;
    std::string_view route;
    std::string key;

    template <class... More>
    core::pg::Result run(const core::pg::Statement& statement, const More&... more) const {
        return core::pg::once(pool, statement, caller.organization, caller.actor, route, key, more...);
    }
};

Response earlier_answer(const Held& held, const std::string& hash) {
    const auto rows = held.run(sql::idempotency_show);
    if (rows.empty()) throw Error(Code::conflict, "Idempotency-Key: the first request just failed; send it again");
    if (rows.text(0, 0) != hash)
        throw Error(Code::rule, "Idempotency-Key: \"" + held.key +
                                    "\" came with another request before; a new request needs a new key");
    if (rows.is_null(0, 1))
        throw Error(Code::conflict, "Idempotency-Key: the first request with \"" + held.key +
                                        "\" has no answer yet; wait a moment, and if this stays, look whether it was "
                                        "done before you use a new key");
    auto response = core::http::text_response(static_cast<int>(rows.number(0, 1)), std::string(rows.text(0, 3)));
    if (!rows.is_null(0, 2)) response.headers.emplace_back("Location", rows.text(0, 2));
    response.headers.emplace_back("Idempotency-Replayed", "true");
    return response;
}

std::string location_in(const Response& response) {
    const auto found = std::ranges::find(response.headers, "Location", &std::pair<std::string, std::string>::first);
    return found == response.headers.end() ? std::string{} : found->second;
}

/// Both only tidy up: the request itself is done, or its own error is what the caller must hear.
void keep(const Held& held, const Response& response) {
    try {
        held.run(sql::idempotency_keep, response.status, location_in(response), response.body);
    } catch (const std::exception& problem) {
        core::log::error("idempotency.not_kept", {{"key", held.key}, {"error", problem.what()}});
    }
}

void release(const Held& held) {
    try {
        held.run(sql::idempotency_release);
    } catch (const std::exception& problem) {
        core::log::error("idempotency.not_released", {{"key", held.key}, {"error", problem.what()}});
    }
}

}  // namespace

Response once_per_key(core::pg::Pool& pool, std::string_view route, const Request& request, const Caller& caller,
                      const std::function<Response()>& handle) {
    if (request.method != "POST" || request.header("idempotency-key").empty()) return handle();
    const Held held{pool, caller, route, key_in(request)};
    const auto hash = core::secret::digest(request.target + "\n" + request.body);
    if (held.run(sql::idempotency_reserve, hash).empty()) return earlier_answer(held, hash);
    core::fail_point("idempotency.reserved");
    try {
        auto response = handle();
        core::fail_point("idempotency.handled");
        const bool is_done = response.status >= 200 && response.status < 300 && !response.source && !response.live;
        is_done ? keep(held, response) : release(held);
        return response;
    } catch (const Error& problem) {
        // Whether it was done is not known: the key must not let it happen again.
        if (problem.code() != Code::unknown_outcome) release(held);
        throw;
    } catch (const std::exception&) {
        release(held);
        throw;
    }
}

}  // namespace nightshift::api::kit
