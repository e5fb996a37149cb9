// A small synchronous HTTP client. One call, one fresh connection; no proxies, cookies or .netrc of the environment.
// Thread-safe. Only the .cpp files of client and url know libcurl.
//
//   const auto answer = ask({.method = "POST", .url = url, .body = text, .stop = run.stop()});
//   if (const auto* failure = std::get_if<ClientFailure>(&answer)) ...     // failure->kind, failure->sent
//
// Guard: unless allowed, it never connects to an address that is not public (address.h). Checked on the resolved
// address of every connection, redirects too, so a name that changes its mind between two lookups gains nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error/code.h"

namespace nightshift::core::http {

struct ClientRequest {
    std::string method = "GET";
    std::string url;  ///< http or https; a user or password in it is refused
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};
    std::chrono::milliseconds timeout{30000};  ///< of the whole call; 0: none
    std::size_t max_response_bytes = 10UL << 20U;
    bool cut_long_body = false;  ///< a longer body is cut and `truncated`, else it is Failure::too_large
    /// At most 5, as browsers do (RFC 9110 15.4); another origin gets no header of ours but Accept and Content-Type.
    bool follow_redirects = false;
    bool allow_private = false;
    std::vector<std::string> private_allowed = {};  ///< hosts, addresses and networks that need not be public
    std::stop_token stop = {};                      ///< ends the call at once: Failure::cancelled
    /// Takes the pieces of a 2xx body instead of `body`; false: enough (`truncated`).
    std::function<bool(std::string_view)> on_body = nullptr;
};

struct ClientResponse {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers = {};  ///< names in lower case
    std::string body = {};
    bool truncated = false;

    /// The first of that name; empty: none.
    std::string_view header(std::string_view lower_case_name) const;
};

enum class Failure : std::uint8_t {
    bad_request,  ///< the URL, method or a header can't be sent
    resolve,      ///< the name has no address
    guard,        ///< its address is not public
    connect,
    tls,
    timeout,
    too_large,
    broken,  ///< cut off, or no HTTP
    cancelled,
};

/// Did the other side get the request? Only after `no` is a repeat never a second one.
enum class Sent : std::uint8_t { no, yes, unknown };

struct ClientFailure {
    Failure kind;
    Sent sent;
    std::string message;  ///< names scheme, host and port only: paths and queries may hold secrets
    Code code() const;
};

std::string_view name_of(Failure kind);
std::string_view name_of(Sent sent);

using ClientAnswer = std::variant<ClientResponse, ClientFailure>;

/// What keeps a request from being sent as it is meant; empty: nothing. `ask` answers it with Failure::bad_request.
std::string complaint(const ClientRequest& request);

/// Any status is an answer. Throws only what `on_body` throws.
ClientAnswer ask(const ClientRequest& request);

/// The same, for those who can't go on without an answer: throws Error with details {"failure", "sent"}.
ClientResponse fetch(const ClientRequest& request);

/// How long the other side asks to be left alone: Retry-After as seconds or a date (RFC 9110 10.2.3), by its own clock
/// where it tells it.
std::optional<std::chrono::seconds> retry_after(const ClientResponse& response,
                                                std::chrono::system_clock::time_point now);

}  // namespace nightshift::core::http
