#include "core/files/bucket.h"

#include <array>
#include <ctime>
#include <optional>

#include "core/error/error.h"
#include "core/http/client.h"
#include "core/secret/secret.h"
#include "core/text/percent.h"
#include "core/time/time.h"

namespace nightshift::core::files {
namespace {

[[noreturn]] void away(const std::string& why) {
    throw Error(Code::unavailable, "the bucket: " + why);
}

std::string from_hex(std::string_view hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>((digit(hex[i]) << 4) + digit(hex[i + 1]));
    return bytes;
}

/// 20130524T000000Z
std::string amazon_date(std::chrono::system_clock::time_point moment) {
    const auto seconds = std::chrono::system_clock::to_time_t(moment);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

/// The text between <name> and </name>, from `at` on, which moves behind it; nothing when there is no more.
std::optional<std::string_view> element(std::string_view xml, std::string_view name, std::size_t& at) {
    const auto open = "<" + std::string(name) + ">", close = "</" + std::string(name) + ">";
    const auto begin = xml.find(open, at);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto end = xml.find(close, begin);
    if (end == std::string_view::npos) away("its list is cut off");
    at = end + close.size();
    return xml.substr(begin + open.size(), end - begin - open.size());
}

std::optional<std::string_view> element(std::string_view xml, std::string_view name) {
    std::size_t at = 0;
    return element(xml, name, at);
}

/// What XML made of & in it.
std::string plain(std::string_view text) {
    std::string out(text);
    for (std::size_t at = 0; (at = out.find("&amp;", at)) != std::string::npos; ++at) out.replace(at, 5, "&");
    return out;
}

std::string host_of(const std::string& endpoint) {
    const auto begin = endpoint.find("://");
    auto host = begin == std::string::npos ? endpoint : endpoint.substr(begin + 3);
    return host.substr(0, host.find('/'));
}

}  // namespace

// docs.aws.amazon.com: Signature Version 4, "Authenticating Requests: Using the Authorization Header".
std::string signed_for(const BucketSettings& settings, const std::string& method, const std::string& host,
                       const std::string& path, const std::string& query, const std::string& body_sha256,
                       const std::string& date) {
    constexpr std::string_view kSigned = "host;x-amz-content-sha256;x-amz-date";
    const auto day = date.substr(0, 8), scope = day + "/" + settings.region + "/s3/aws4_request";
    const auto request = method + "\n" + path + "\n" + query + "\nhost:" + host +
                         "\nx-amz-content-sha256:" + body_sha256 + "\nx-amz-date:" + date + "\n\n" +
                         std::string(kSigned) + "\n" + body_sha256;
    auto key = "AWS4" + settings.secret;
    for (const auto& part : {day, settings.region, std::string("s3"), std::string("aws4_request")})
        key = from_hex(secret::hmac(key, part));
    const auto signature =
        secret::hmac(key, "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + secret::digest(request));
    return "AWS4-HMAC-SHA256 Credential=" + settings.access_key + "/" + scope +
           ",SignedHeaders=" + std::string(kSigned) + ",Signature=" + signature;
}

Bucket::Said Bucket::ask(const std::string& method, const std::string& key, const std::string& query,
                         std::string_view body, const std::function<bool(std::string_view)>& piece) const {
    auto endpoint = settings_.endpoint;
    while (endpoint.ends_with('/')) endpoint.pop_back();
    const auto path = "/" + settings_.name + (key.empty() ? "" : "/" + key),
               date = amazon_date(std::chrono::system_clock::now()), sha256 = secret::digest(body);
    constexpr std::size_t kMost = std::size_t{1} << 40U;
    const auto answer = http::ask(
        {.method = method,
         .url = endpoint + path + (query.empty() ? "" : "?" + query),
         .headers = {{"Authorization", signed_for(settings_, method, host_of(endpoint), path, query, sha256, date)},
                     {"x-amz-content-sha256", sha256},
                     {"x-amz-date", date}},
         .body = std::string(body),
         .timeout = std::chrono::minutes(2),
         .max_response_bytes = piece ? kMost : std::size_t{16} << 20U,
         .allow_private = true,  // the operator named it
         .on_body = piece});
    if (const auto* failure = std::get_if<http::ClientFailure>(&answer)) away(failure->message);
    const auto& response = std::get<http::ClientResponse>(answer);
    if (response.status / 100 != 2 && response.status != 404) {
        const auto code = element(response.body, "Code");
        away("it answered " + std::to_string(response.status) +
             (code ? " (" + std::string(code->substr(0, 60)) + ")" : ""));
    }
    return {response.status, response.body};
}

void Bucket::put(const std::string& key, std::string_view bytes) const {
    if (ask("PUT", key, {}, bytes).status == 404) away("there is none called \"" + settings_.name + "\"");
}

bool Bucket::get(const std::string& key, const std::function<bool(std::string_view)>& piece) const {
    return ask("GET", key, {}, {}, piece).status != 404;
}

void Bucket::remove(const std::string& key) const {
    ask("DELETE", key, {}, {});
}

void Bucket::each_older(std::chrono::system_clock::time_point before,
                        const std::function<void(const std::string&)>& each) const {
    std::string more;
    do {
        const auto query = (more.empty() ? "" : "continuation-token=" + text::percent_encoded(more) + "&") +
                           "list-type=2&max-keys=1000";
        const auto listed = ask("GET", {}, query, {});
        if (listed.status == 404) away("there is none called \"" + settings_.name + "\"");
        std::size_t at = 0;
        while (const auto entry = element(listed.body, "Contents", at)) {
            const auto key = element(*entry, "Key"), moment = element(*entry, "LastModified");
            const auto put = moment ? time::parse_rfc3339(std::string(*moment)) : std::nullopt;
            if (key && put && *put <= before) each(plain(*key));
        }
        const auto truncated = element(listed.body, "IsTruncated");
        const auto token = element(listed.body, "NextContinuationToken");
        more = truncated && *truncated == "true" && token ? plain(*token) : std::string{};
    } while (!more.empty());
}

}  // namespace nightshift::core::files
