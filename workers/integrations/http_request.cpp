#include "workers/integrations/http_request.h"

#include <Poco/Base64Encoder.h>

#include <algorithm>
#include <sstream>

#include "core/http/client.h"
#include "core/http/url.h"
#include "core/text/case.h"
#include "core/text/utf8.h"
#include "workers/integrations/settings.h"
#include "workers/integrations/text.h"

namespace nightshift::workers::integrations::http_request {
namespace {

namespace http = core::http;
namespace json = core::json;
using namespace std::chrono_literals;

constexpr std::size_t kMostBody = 64UL << 10U, kMostShown = 500;
constexpr std::string_view kHidden = "***";
constexpr std::chrono::seconds kLeastPause = 1s, kMostPause = 24h;
constexpr std::string_view kHeadersKept[] = {"content-type", "content-length", "content-location",
                                             "date",         "etag",           "last-modified",
                                             "location",     "retry-after",    "x-request-id"};

/// What the other side must not find its way back to us as: it may echo what it was sent.
class Secret {
public:
    explicit Secret(const std::string& value) {
        if (value.empty()) return;
        words_.push_back(value);
        const auto space = value.find_last_of(' ');  // "Bearer x": x alone is the secret too
        if (space != std::string::npos && value.size() - space > 4) words_.push_back(value.substr(space + 1));
    }
    std::size_t size() const { return words_.empty() ? 0 : words_.front().size(); }
    std::string hidden_in(std::string text) const {
        for (const auto& word : words_)
            for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + kHidden.size()))
                text.replace(at, word.size(), kHidden);
        return text;
    }

private:
    std::vector<std::string> words_;
};

/// How much more than is kept must be read to know that what is kept ends well.
std::size_t spare(const Secret& secret) {
    constexpr std::size_t kLongestCharacter = 4;
    return secret.size() + kLongestCharacter;
}

/// The secret's header; or why it may not be sent.
std::optional<queue::Permanent> add_credential(const json::object& args, queue::Run& run, http::ClientRequest& request,
                                               Secret& secret) {
    const auto name = json::text_in(args, "credential");
    if (name.empty()) return std::nullopt;
    const auto found = find_credential(run, name);
    if (!found)
        return queue::Permanent{"unknown_credential",
                                "args.credential: expected a name of http.credentials, got \"" + name + "\""};
    const auto host = http::parse_url(request.url)->host;
    if (std::ranges::none_of(found->hosts, [&](const auto& one) { return core::text::lower_case(one) == host; }))
        return queue::Permanent{"credential_not_for_host",
                                "args.credential: expected one that may go to " + host + ", got \"" + name + "\""};
    std::erase_if(request.headers, [&](const auto& one) {
        return core::text::lower_case(one.first) == core::text::lower_case(found->header);
    });
    request.headers.emplace_back(found->header, found->value);
    secret = Secret(found->value);
    return std::nullopt;
}

http::ClientRequest request_of(const json::object& args, queue::Run& run) {
    http::ClientRequest request{.method = json::text_in(args, "method"),
                                .url = json::text_in(args, "url"),
                                .timeout = span_of(args.at("timeout")),
                                .cut_long_body = true,
                                .follow_redirects = args.at("follow_redirects").as_bool(),
                                .private_allowed = allowed_private(run),
                                .stop = run.stop()};
    bool has_type = false;
    for (const auto& [name, value] : args.at("headers").as_object()) {
        has_type = has_type || core::text::lower_case(name) == "content-type";
        request.headers.emplace_back(name, value.as_string());
    }
    std::erase_if(request.headers,
                  [](const auto& one) { return core::text::lower_case(one.first) == "idempotency-key"; });
    request.headers.emplace_back("Idempotency-Key", run.id());
    const auto* body = args.if_contains("body");
    if (body == nullptr || body->is_null()) return request;
    request.body = body->is_string() ? std::string(body->as_string()) : json::text(*body);
    if (!has_type)
        request.headers.emplace_back("Content-Type",
                                     body->is_string() ? "text/plain; charset=utf-8" : "application/json");
    return request;
}

bool is_expected(const json::object& args, int status) {
    const auto* expected = args.if_contains("expect_status");
    if (expected == nullptr || expected->is_null()) return status / 100 == 2;
    if (!expected->is_array()) return expected->to_number<int>() == status;
    return std::ranges::any_of(expected->as_array(),
                               [&](const auto& one) { return one.template to_number<int>() == status; });
}

std::string base64(const std::string& bytes) {
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return out.str();
}

struct Kept {
    std::string text;
    bool truncated;
};

/// The body without the secret, and without a half one or half a character where it was cut.
Kept kept_of(const http::ClientResponse& answer, const Secret& secret) {
    auto body = secret.hidden_in(answer.body);
    const auto doubtful = answer.truncated ? std::min(body.size(), spare(secret)) : 0;
    const auto size = core::text::cut(body, std::min(kMostBody, body.size() - doubtful)).size();
    const bool truncated = answer.truncated || size < body.size();
    body.resize(size);
    return {std::move(body), truncated};
}

json::object result_of(const http::ClientResponse& answer, const Secret& secret) {
    json::object headers;
    for (const auto name : kHeadersKept)
        if (const auto value = answer.header(name); !value.empty())
            headers[name] = as_text(secret.hidden_in(std::string(value)));
    const auto [body, truncated] = kept_of(answer, secret);
    json::object result{{"status", answer.status}, {"headers", std::move(headers)}, {"truncated", truncated}};
    result[is_text(body) ? "body" : "body_base64"] = is_text(body) ? body : base64(body);
    return result;
}

/// Quotes hold what varies, so that failures of one sort fall into one group.
std::string told(const std::string& origin, const http::ClientResponse& answer, const Secret& secret) {
    auto shown = as_text(kept_of(answer, secret).text);
    std::ranges::replace_if(
        shown, [](char c) { return c == '"' || c == '\n' || c == '\r'; }, '\'');
    return origin + ": expected success, got status " + std::to_string(answer.status) +
           (shown.empty() ? "" : ": \"" + std::string(core::text::cut(shown, kMostShown)) + "\"");
}

queue::Outcome judge(const json::object& args, const http::ClientResponse& answer, const Secret& secret,
                     const queue::Run& run) {
    const int status = answer.status;
    if (is_expected(args, status)) return queue::Done{result_of(answer, secret)};
    const auto message = told(http::parse_url(json::text_in(args, "url"))->origin, answer, secret);
    const auto pause = http::retry_after(answer, run.now());
    if ((status == 429 || status == 503) && pause)
        return queue::Throttled{std::clamp(*pause, kLeastPause, kMostPause), message};
    const auto error_class = "http_" + std::to_string(status);
    if (status >= 500 || status == 408 || status == 425 || status == 429) return queue::Retry{error_class, message};
    return queue::Permanent{error_class, message};
}

queue::Outcome judge(const http::ClientFailure& failure) {
    const auto error_class = "http_" + std::string(name_of(failure.kind));
    const auto message = failure.message + " (sent: " + std::string(name_of(failure.sent)) + ")";
    switch (failure.kind) {
        case http::Failure::cancelled:
            return queue::Cancelled{};
        case http::Failure::bad_request:
        case http::Failure::guard:
            return queue::Permanent{error_class, message};
        default:
            return queue::Retry{error_class, message};
    }
}

}  // namespace

std::string check_headers(const json::value& headers) {
    http::ClientRequest request{.url = "http://localhost"};
    for (const auto& [key, value] : headers.as_object()) {
        const auto name = core::text::lower_case(key);
        if (!value.is_string()) return "expected a text for " + std::string(key);
        if (name == "authorization" || name == "cookie")
            return "expected no " + std::string(key) + " here, where it would be kept and shown; name a credential";
        request.headers.emplace_back(key, value.as_string());
    }
    return http::complaint(request);
}

std::string check_statuses(const json::value& statuses) {
    const auto good = [](const json::value& one) {
        return one.is_int64() && one.as_int64() >= 200 && one.as_int64() < 600;
    };
    const bool fine = statuses.is_array()
                          ? !statuses.as_array().empty() && std::ranges::all_of(statuses.as_array(), good)
                          : good(statuses);
    return fine ? "" : "expected a status such as 204, or a list of them";
}

queue::Outcome work(const json::object& args, queue::Run& run) {
    auto request = request_of(args, run);
    Secret secret{""};
    if (auto refused = add_credential(args, run, request, secret)) return *refused;
    request.max_response_bytes = kMostBody + spare(secret);
    const auto answer = http::ask(request);
    if (const auto* failure = std::get_if<http::ClientFailure>(&answer)) return judge(*failure);
    return judge(args, std::get<http::ClientResponse>(answer), secret, run);
}

}  // namespace nightshift::workers::integrations::http_request
