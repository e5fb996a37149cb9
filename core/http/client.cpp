#include "core/http/client.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "core/error/error.h"
#include "core/http/client_parts.h"
#include "core/json/json.h"

namespace nightshift::core::http {
namespace {

using Clock = std::chrono::steady_clock;
using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

constexpr std::size_t kMaxHead = 64UL << 10U;
constexpr int kMaxRedirects = 5;
constexpr std::chrono::milliseconds kConnectLimit{15000};
constexpr auto kRedirectForm = ": expected at most 5 redirects, each to http or https and none from https to http";

/// Why we ended a transfer that curl would have gone on with.
enum class Ended : std::uint8_t { no, enough, too_large, redirect };

/// One request on the wire and what came of it. Filled by curl's callbacks, which must not throw.
struct Exchange {
    const ClientRequest& request;
    const Url& url;
    ClientResponse response;
    std::size_t head_bytes = 0, body_bytes = 0;
    bool head_done = false;
    Ended ended = Ended::no;
    std::string refused;  ///< the last address the guard kept us from
    bool opened = false;
    std::exception_ptr thrown;
};

std::optional<Address> address_of(const curl_sockaddr& from) {
    Address address;
    if (from.family == AF_INET6) {
        const auto& in6 = reinterpret_cast<const sockaddr_in6&>(from.addr);
        std::copy_n(in6.sin6_addr.s6_addr, 16, address.bytes.begin());
        return address;
    }
    if (from.family != AF_INET) return std::nullopt;
    const auto& in4 = reinterpret_cast<const sockaddr_in&>(from.addr);
    address.bytes[10] = address.bytes[11] = 0xff;
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&in4.sin_addr), 4, address.bytes.begin() + 12);
    return address;
}

curl_socket_t open_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* to) {
    auto& exchange = *static_cast<Exchange*>(self);
    const auto address = address_of(*to);
    if (!address || !may_connect(exchange.request, exchange.url.host, *address)) {
        exchange.refused = address ? to_text(*address) : "an address that is neither IPv4 nor IPv6";
        return CURL_SOCKET_BAD;
    }
    exchange.opened = true;
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);  // NOLINT: flags of the system
}

std::size_t take_header(char* data, std::size_t /*one*/, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    const std::string_view line(data, size);
    if ((exchange.head_bytes += size) > kMaxHead) {
        exchange.ended = Ended::too_large;
        return CURL_WRITEFUNC_ERROR;
    }
    if (line.starts_with("HTTP/")) {  // a new answer: what came before was a 1xx
        exchange.response = {.status = status_of(line)};
        exchange.head_done = false;
    } else if (line == "\r\n" || line == "\n") {
        exchange.head_done = true;
    } else if (!exchange.head_done) {  // else a trailer, which is no header
        add_header(exchange.response, line);
    }
    return size;
}

/// Hands a piece on; false: no more is wanted.
bool deliver(Exchange& exchange, std::string_view piece) {
    const auto& request = exchange.request;
    if (request.on_body && exchange.response.status / 100 == 2) return request.on_body(piece);
    exchange.response.body.append(piece);
    return true;
}

std::size_t take_body(char* data, std::size_t /*one*/, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (redirects(exchange.request, exchange.response)) {
        exchange.ended = Ended::redirect;
        return CURL_WRITEFUNC_ERROR;
    }
    const auto piece =
        std::string_view(data, size).substr(0, exchange.request.max_response_bytes - exchange.body_bytes);
    exchange.body_bytes += piece.size();
    try {
        if (!piece.empty() && !deliver(exchange, piece)) exchange.ended = Ended::enough;
    } catch (...) {
        exchange.thrown = std::current_exception();
        return CURL_WRITEFUNC_ERROR;
    }
    if (piece.size() < size && exchange.ended == Ended::no)
        exchange.ended = exchange.request.cut_long_body ? Ended::enough : Ended::too_large;
    return exchange.ended == Ended::no ? size : CURL_WRITEFUNC_ERROR;
}

List header_list(const ClientRequest& request) {
    List list(nullptr, &curl_slist_free_all);
    const auto add = [&](const std::string& line) {
        auto* longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        if (!list) list.reset(longer);
    };
    add("Expect:");  // no wait for a 100 Continue that many servers never send
    if (!has_header(request, "content-type")) add("Content-Type:");
    if (!has_header(request, "user-agent")) add("User-Agent: nightshift/" NIGHTSHIFT_VERSION);
    for (const auto& [name, value] : request.headers) add(value.empty() ? name + ";" : name + ": " + value);
    return list;
}

void set_method(CURL* easy, const ClientRequest& request) {
    const bool carries =
        !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (request.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    if (carries) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_options(CURL* easy, Exchange& exchange, char* error_text) {
    curl_easy_setopt(easy, CURLOPT_URL, exchange.url.text.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_PROXY, "");  // a proxy of the environment would connect past the guard
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT,
                     1L);  // a slow lookup ends by itself: timeout and cancel don't wait for it
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
}

void set_limits(CURL* easy, const ClientRequest& request, Clock::time_point deadline) {
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kConnectLimit.count()));
    if (request.timeout.count() == 0) return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(left.count())));
}

/// Runs the transfer; a request to stop wakes it at once, which curl_easy_perform could not.
CURLcode perform(CURL* easy, const std::stop_token& stop) {
    const Multi multi(curl_multi_init(), &curl_multi_cleanup);
    if (!multi || curl_multi_add_handle(multi.get(), easy) != CURLM_OK) throw std::bad_alloc();
    const std::stop_callback wake(stop, [&] { curl_multi_wakeup(multi.get()); });
    int running = 1;
    while (running > 0 && !stop.stop_requested()) {
        if (curl_multi_perform(multi.get(), &running) != CURLM_OK) break;
        if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
    }
    auto result = CURLE_ABORTED_BY_CALLBACK;
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi.get(), &left))
        if (message->msg == CURLMSG_DONE) result = message->data.result;
    curl_multi_remove_handle(multi.get(), easy);
    return result;
}

Sent sent_of(CURL* easy, const Exchange& exchange) {
    if (exchange.response.status >= 200) return Sent::yes;
    long bytes = 0;
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &bytes);
    return bytes == 0 ? Sent::no : Sent::unknown;
}

Failure failure_of(CURLcode code, const Exchange& exchange) {
    if (exchange.ended == Ended::too_large) return Failure::too_large;
    switch (code) {
        case CURLE_ABORTED_BY_CALLBACK:
            return Failure::cancelled;
        case CURLE_OPERATION_TIMEDOUT:
            return Failure::timeout;
        case CURLE_COULDNT_RESOLVE_HOST:
            return Failure::resolve;
        case CURLE_COULDNT_CONNECT:
            return exchange.refused.empty() || exchange.opened ? Failure::connect : Failure::guard;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
            return Failure::tls;
        case CURLE_URL_MALFORMAT:
            return Failure::bad_request;
        default:
            return Failure::broken;
    }
}

/// One request and its answer; redirects are the caller's.
ClientAnswer exchange_once(const ClientRequest& request, const Url& url, Clock::time_point deadline) {
    const Easy easy(curl_easy_init(), &curl_easy_cleanup);
    if (!easy) throw std::bad_alloc();
    Exchange exchange{.request = request, .url = url};
    const auto headers = header_list(request);
    char error_text[CURL_ERROR_SIZE] = "";
    set_options(easy.get(), exchange, error_text);
    set_limits(easy.get(), request, deadline);
    set_method(easy.get(), request);
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    const auto code = perform(easy.get(), request.stop);
    if (exchange.thrown) std::rethrow_exception(exchange.thrown);
    if (code == CURLE_OK || exchange.ended == Ended::redirect || exchange.ended == Ended::enough) {
        exchange.response.truncated = exchange.ended == Ended::enough;
        return std::move(exchange.response);
    }
    const auto kind = failure_of(code, exchange);
    return ClientFailure{kind, sent_of(easy.get(), exchange),
                         failure_message(kind, url, request, exchange.refused, error_text)};
}

}  // namespace

ClientAnswer ask(const ClientRequest& request) {
    static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) throw Error(Code::internal, "libcurl could not be initialised");
    if (const auto wrong = complaint(request); !wrong.empty())
        return ClientFailure{Failure::bad_request, Sent::no, wrong};
    auto url = parse_url(request.url);
    const auto deadline = Clock::now() + request.timeout;
    auto current = request;
    for (int hop = 0;; ++hop) {
        auto answer = exchange_once(current, *url, deadline);
        auto* failure = std::get_if<ClientFailure>(&answer);
        if (failure != nullptr && hop > 0) failure->sent = Sent::yes;  // whoever redirects has read the request
        if (failure != nullptr) return answer;
        const auto& response = std::get<ClientResponse>(answer);
        if (!redirects(current, response)) return answer;
        const auto next = parse_url(std::string(response.header("location")), url->text);
        if (!next || hop == kMaxRedirects || (url->scheme == "https" && next->scheme == "http"))
            return ClientFailure{Failure::broken, Sent::yes, url->origin + kRedirectForm};
        current = redirected(std::move(current), *url, *next, response.status);
        url = next;
    }
}

ClientResponse fetch(const ClientRequest& request) {
    auto answer = ask(request);
    if (auto* response = std::get_if<ClientResponse>(&answer)) return std::move(*response);
    const auto& failure = std::get<ClientFailure>(answer);
    throw Error(failure.code(), failure.message,
                json::text(json::object{{"failure", name_of(failure.kind)}, {"sent", name_of(failure.sent)}}));
}

}  // namespace nightshift::core::http
