#include "daemon/commands/console/api.h"

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/error/error.h"
#include "core/http/client.h"
#include "core/text/percent.h"
#include "daemon/configuration.h"

namespace nightshift::daemon::console {
namespace {

namespace http = core::http;
namespace json = core::json;
using core::Code;
using core::Error;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : value;
}

/// "" where no file is named: then the daemon says what is missing.
std::string key_in(const std::string& path) {
    if (path.empty()) return {};
    std::ifstream file(path);
    std::string key;
    if (!(file >> key))
        throw Error(Code::configuration, "console.key_file: the file \"" + path +
                                             "\" can't be read or is empty; `nightshift api-keys make` makes a key");
    return key;
}

/// What the options and the environment leave open comes from the configuration, which is only read then: its secret
/// files may be closed to the operator.
void complete(std::string& url, std::string& token, const std::string& config) {
    if (url.empty()) url = environment("NIGHTSHIFT_URL");
    if (token.empty()) token = environment("NIGHTSHIFT_TOKEN");
    if (!url.empty() && !token.empty()) return;
    const auto path = configuration_path(config);
    if (config.empty() && !std::filesystem::exists(path))
        throw Error(Code::validation,
                    "no daemon to talk to: set NIGHTSHIFT_URL and NIGHTSHIFT_TOKEN (./dev env prints them), give --url "
                    "and --token, or name its configuration with --config");
    const auto configuration = Configuration::load(path);
    if (token.empty()) token = key_in(configuration.text("console.key_file"));
    if (!url.empty()) return;
    const auto host = configuration.text("api.host");
    url = "http://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
          std::to_string(configuration.number("api.port"));
}

http::ClientRequest request_of(const std::string& method, const std::string& url, const std::string& token) {
    return {.method = method,
            .url = url,
            .headers = {{"Authorization", "Bearer " + token}, {"Accept", "*/*"}},
            .timeout = std::chrono::seconds(60),
            .max_response_bytes = std::size_t{64} << 20U,
            .allow_private = true};  // the operator named it
}

[[noreturn]] void fail(const http::ClientFailure& failure, const std::string& method, const std::string& url) {
    if (failure.kind == http::Failure::bad_request) throw Error(Code::validation, "--url: " + failure.message);
    std::string message = failure.message;
    if (failure.sent == http::Sent::no)
        message +=
            "; is the daemon running at " + url + "? Start it with `nightshift serve`, or name another with --url";
    else if (method != "GET")
        message += "; it may have been taken all the same: look before you repeat it";
    throw Error(Code::unavailable, message);
}

std::string remedy(int status) {
    if (status == 401) return "; set NIGHTSHIFT_TOKEN or give --token: an API key (./dev env prints one)";
    if (status == 429) return "; try again later";
    return {};
}

[[noreturn]] void refuse(const http::ClientResponse& response, const std::string& url) {
    json::object body;
    try {
        body = json::parse_object(response.body);
    } catch (const Error&) {  // not ours: told by its status
    }
    auto message = json::text_in(body, "message");
    if (message.empty())
        throw Error(Code::unavailable, url + " answered " + std::to_string(response.status) +
                                           " and not as Nightshift does; is --url right?");
    if (const auto* details = body.if_contains("details"); details != nullptr && details->is_object())
        if (const auto* fields = details->as_object().if_contains("fields");
            fields != nullptr && fields->is_object() && fields->as_object().size() > 1)
            for (const auto& [name, problem] : fields->as_object())
                message += "\n  " + std::string(name) + ": " +
                           (problem.is_string() ? std::string(problem.as_string()) : json::text(problem));
    message += remedy(response.status);
    if (response.status == 502 || response.status == 503 || response.status == 504)
        throw Error(Code::unavailable, message);
    throw Refusal(response.status, json::text_in(body, "error"), message);
}

http::ClientResponse ask(const http::ClientRequest& request, const std::string& url) {
    auto answer = http::ask(request);
    if (const auto* failure = std::get_if<http::ClientFailure>(&answer)) fail(*failure, request.method, url);
    auto response = std::get<http::ClientResponse>(std::move(answer));
    if (response.status / 100 != 2) refuse(response, url);
    return response;
}

}  // namespace

Api::Api(const Connection& connection) : url_(connection.url), token_(connection.token) {
    complete(url_, token_, connection.config);
    while (url_.ends_with('/')) url_.pop_back();
}

json::value Api::call(const std::string& method, const std::string& path, const json::value& body) const {
    auto request = request_of(method, url_ + path, token_);
    if (!body.is_null()) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = json::text(body);
    }
    const auto response = ask(request, url_);
    if (response.body.empty()) return nullptr;
    try {
        return json::parse(response.body);
    } catch (const Error&) {
        throw Error(Code::unavailable, url_ + " answered something else than JSON; is --url right?");
    }
}

void Api::download(const std::string& path, const std::function<bool(std::string_view)>& piece) const {
    auto request = request_of("GET", url_ + path, token_);
    request.timeout = std::chrono::minutes(30);
    request.max_response_bytes = std::size_t{1} << 40U;
    request.on_body = piece;
    ask(request, url_);
}

std::string query(const std::vector<std::pair<std::string, std::string>>& arguments) {
    std::string out;
    for (const auto& [name, value] : arguments)
        if (!value.empty()) out += (out.empty() ? "?" : "&") + name + "=" + core::text::percent_encoded(value);
    return out;
}

}  // namespace nightshift::daemon::console
