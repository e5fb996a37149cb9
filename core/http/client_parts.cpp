#include "core/http/client_parts.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

#include "core/text/case.h"

namespace nightshift::core::http {
namespace {

/// RFC 9110 5.6.2
bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

/// A control character could end the header and begin another.
bool is_field_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

/// These frame the message or the connection: they are ours.
bool is_ours(std::string_view name) {
    constexpr std::string_view kOurs[] = {"connection", "content-length", "expect",
                                          "host",       "keep-alive",     "te",
                                          "trailer",    "upgrade",        "transfer-encoding"};
    return std::ranges::find(kOurs, name) != std::end(kOurs) || name.starts_with("proxy-");
}

}  // namespace

std::string complaint(const ClientRequest& request) {
    if (!parse_url(request.url)) return "url: expected http:// or https:// with a host and without user or password";
    if (!is_token(request.method)) return "method: expected a word such as GET or POST";
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name)) return "headers: expected names of letters, digits and dashes, got \"" + name + "\"";
        if (is_ours(text::lower_case(name)))
            return "headers." + name + ": expected none, it is set by the client itself";
        if (!is_field_value(value)) return "headers." + name + ": expected no line breaks or control characters";
    }
    for (const auto& allowed : request.private_allowed)
        if (allowed.find('/') != std::string::npos && !parse_network(allowed))
            return "private_allowed: expected a host, an address or a network such as 10.0.0.0/8, got \"" + allowed +
                   "\"";
    return {};
}

bool may_connect(const ClientRequest& request, std::string_view host, const Address& address) {
    if (request.allow_private || is_public(address)) return true;
    return std::ranges::any_of(request.private_allowed, [&](const std::string& allowed) {
        const auto network = parse_network(allowed);
        return network ? contains(*network, address) : text::lower_case(allowed) == host;
    });
}

int status_of(std::string_view status_line) {
    const auto space = status_line.find(' ');
    int status = 0;
    if (space != std::string_view::npos)
        std::from_chars(status_line.data() + space + 1, status_line.data() + status_line.size(), status);
    return status;
}

void add_header(ClientResponse& response, std::string_view line) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(kBlank), value.size()));
    value = value.substr(0, value.find_last_not_of(kBlank) + 1);
    response.headers.emplace_back(text::lower_case(line.substr(0, colon)), value);
}

bool has_header(const ClientRequest& request, std::string_view lower_case_name) {
    return std::ranges::any_of(request.headers,
                               [&](const auto& header) { return text::lower_case(header.first) == lower_case_name; });
}

bool redirects(const ClientRequest& request, const ClientResponse& response) {
    const auto status = response.status;
    const bool moved = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    return request.follow_redirects && moved && !response.header("location").empty();
}

ClientRequest redirected(ClientRequest request, const Url& from, const Url& to, int status) {
    request.url = to.text;
    const bool as_get =
        (status == 303 && request.method != "HEAD") || ((status == 301 || status == 302) && request.method == "POST");
    if (as_get) {
        request.method = "GET";
        request.body.clear();
    }
    std::erase_if(request.headers, [&](const auto& header) {
        const auto name = text::lower_case(header.first);
        if (as_get && name.starts_with("content-")) return true;
        return from.origin != to.origin && name != "accept" && name != "content-type";  // others may hold secrets
    });
    return request;
}

std::string failure_message(Failure kind, const Url& url, const ClientRequest& request, const std::string& refused,
                            const std::string& curl_text) {
    const auto because = curl_text.empty() ? std::string(name_of(kind)) : curl_text;
    switch (kind) {
        case Failure::guard:
            return url.origin + ": expected a public address, got " + refused;
        case Failure::timeout:
            return url.origin + ": expected an answer within " + std::to_string(request.timeout.count()) +
                   " ms: " + because;
        case Failure::too_large:
            return url.origin + ": expected an answer of at most " + std::to_string(request.max_response_bytes) +
                   " bytes, got more";
        case Failure::cancelled:
            return url.origin + ": stopped before the answer came";
        default:
            return url.origin + ": " + because;
    }
}

std::string_view ClientResponse::header(std::string_view lower_case_name) const {
    const auto found =
        std::ranges::find(headers, lower_case_name, [](const auto& one) -> std::string_view { return one.first; });
    return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

std::optional<std::chrono::seconds> retry_after(const ClientResponse& response,
                                                std::chrono::system_clock::time_point now) {
    using std::chrono::seconds;
    constexpr std::int64_t kLongest = 366L * 24 * 3600;
    const std::string asked(response.header("retry-after")), date(response.header("date"));
    std::int64_t count = -1;
    const auto [end, error] = std::from_chars(asked.data(), asked.data() + asked.size(), count);
    if (error == std::errc::result_out_of_range) return seconds(kLongest);
    if (error == std::errc{} && end == asked.data() + asked.size() && count >= 0)
        return seconds(std::min(count, kLongest));
    const auto until = curl_getdate(asked.c_str(), nullptr);
    if (asked.find(',') == std::string::npos || until < 0) return std::nullopt;
    const auto theirs = curl_getdate(date.c_str(), nullptr);
    const auto from = theirs >= 0 ? theirs : std::chrono::system_clock::to_time_t(now);
    return seconds(std::clamp<std::int64_t>(until - from, 0, kLongest));
}

std::string_view name_of(Failure kind) {
    constexpr std::string_view kNames[] = {"bad_request", "resolve",   "guard",  "connect",  "tls",
                                           "timeout",     "too_large", "broken", "cancelled"};
    return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name_of(Sent sent) {
    constexpr std::string_view kNames[] = {"no", "yes", "unknown"};
    return kNames[static_cast<std::size_t>(sent)];
}

Code ClientFailure::code() const {
    switch (kind) {
        case Failure::bad_request:
            return Code::validation;
        case Failure::guard:
            return Code::forbidden;
        case Failure::timeout:
            return Code::timeout;
        case Failure::too_large:
            return Code::too_large;
        case Failure::cancelled:
            return Code::cancelled;
        default:
            return Code::unavailable;
    }
}

}  // namespace nightshift::core::http
