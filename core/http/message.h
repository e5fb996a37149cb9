// Requests and answers as plain values: handlers and their tests need no socket.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json/json.h"

namespace nightshift::core::http {

struct Request {
    std::string method;                                        ///< upper case
    std::string path;                                          ///< decoded, normalised; no query
    std::string target;                                        ///< as sent
    std::vector<std::pair<std::string, std::string>> query;    ///< decoded, in order
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
    std::string body;
    std::string peer;                                            ///< address of the client
    std::string id;                                              ///< X-Request-Id if it is sane, else ours
    std::map<std::string, std::string, std::less<>> parameters;  ///< {id} of the route's path

    /// The first line of that name, or "".
    std::string_view header(std::string_view lower_case_name) const;
    /// All lines of that name as the one list they mean, joined by commas. RFC 9110 5.3.
    std::string combined(std::string_view lower_case_name) const;
    std::optional<std::string_view> argument(std::string_view name) const;
    /// Of the route's path; throws std::logic_error for one that the route has not.
    const std::string& parameter(std::string_view name) const;
};

/// Gives the next piece of a long body; empty: the end. Throws: the connection is cut so that the client can tell.
using BodySource = std::function<std::string()>;

struct Live;  // core/http/live.h

struct Response {
    int status = 200;
    std::string body = {};
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers = {};  ///< a name may stand twice
    BodySource source = nullptr;  ///< instead of body: sent in chunks, or with `length`
    std::optional<std::uint64_t> length = {};
    std::shared_ptr<const Live> live = nullptr;  ///< instead of a body: a WebSocket or a stream of events
};

Response json_response(int status, const json::value& body);
/// The form of every refusal: its code, the message for people, what programs may need, and what the log has it under.
Response problem_response(int status, std::string_view code, std::string_view message, const json::value& details,
                          std::string_view request_id);
/// A body that already is JSON text (from SQL): streams through untouched.
Response text_response(int status, std::string json_text);

}  // namespace nightshift::core::http
