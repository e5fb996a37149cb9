// The HTTP client against our own door on a free loopback port.
#include "core/http/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <semaphore>
#include <thread>

#include "core/error/error.h"
#include "core/http/server.h"

namespace nightshift::core::http {
namespace {

using namespace std::chrono_literals;
using Headers = std::vector<std::pair<std::string, std::string>>;

class HttpClient : public testing::Test {
protected:
    HttpClient() : server({.port = 0, .threads = 2}, [this](const Request& request) { return serve(request); }) {}
    ~HttpClient() override { open_gate.release(64); }

    Response serve(const Request& request) {
        ++served;
        if (request.path == "/echo") return {.body = request.method + " " + request.body};
        if (request.path == "/header") return {.body = std::string(request.header(*request.argument("name")))};
        if (request.path == "/status") return {.status = std::stoi(std::string(*request.argument("is")))};
        if (request.path == "/loop") return {.status = 307, .headers = {{"Location", "loop"}}};
        if (request.path == "/to")
            return {.status = 302, .body = "moved", .headers = {{"Location", std::string(*request.argument("url"))}}};
        if (request.path == "/gigabyte")
            return {.source = [this, left = 1024]() mutable {
                ++pieces;
                return left-- > 0 ? std::string(1U << 20U, 'x') : std::string{};
            }};
        if (request.path == "/stuck")
            return {.source = [this, first = true]() mutable {
                if (std::exchange(first, false)) return std::string("first");
                started.release();
                open_gate.acquire();
                return std::string{};
            }};
        return {.status = 404};
    }
    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(server.port()) + path;
    }
    static ClientResponse good(const ClientRequest& request) {
        auto answer = ask(request);
        if (const auto* failure = std::get_if<ClientFailure>(&answer)) ADD_FAILURE() << failure->message;
        return std::get<ClientResponse>(answer);
    }
    static ClientFailure bad(const ClientRequest& request) {
        auto answer = ask(request);
        if (std::holds_alternative<ClientResponse>(answer)) ADD_FAILURE() << "got an answer";
        return std::get<ClientFailure>(answer);
    }
    static void expect(const ClientFailure& failure, Failure kind, Sent sent) {
        EXPECT_EQ(name_of(failure.kind), name_of(kind)) << failure.message;
        EXPECT_EQ(name_of(failure.sent), name_of(sent)) << failure.message;
    }

    std::atomic<int> served{0}, pieces{0};
    std::counting_semaphore<> started{0}, open_gate{0};
    Server server;
};

/// A port where something listens, accepts and says `answer` (or nothing) before it closes.
class Speaker {
public:
    explicit Speaker(std::string answer) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(fd_, 4), 0);
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
        thread_ = std::jthread([this, text = std::move(answer)] {
            const int peer = ::accept(fd_, nullptr, nullptr);
            char buffer[4096];
            if (peer < 0 || ::recv(peer, buffer, sizeof buffer, 0) <= 0) return;
            ::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
            ::shutdown(peer, SHUT_WR);
            while (::recv(peer, buffer, sizeof buffer, 0) > 0) continue;
            ::close(peer);
        });
    }
    ~Speaker() {
        ::shutdown(fd_, SHUT_RDWR);
        thread_.join();
        ::close(fd_);
    }
    std::string url;

private:
    int fd_;
    std::jthread thread_;
};

TEST_F(HttpClient, sends_methods_bodies_and_headers_as_given) {
    EXPECT_EQ(good({.url = url("/echo"), .allow_private = true}).body, "GET ");
    EXPECT_EQ(good({.method = "POST", .url = url("/echo"), .allow_private = true}).body, "POST ");
    EXPECT_EQ(good({.method = "PUT", .url = url("/echo"), .body = "abc", .allow_private = true}).body, "PUT abc");
    EXPECT_EQ(good({.method = "DELETE", .url = url("/echo"), .body = "abc", .allow_private = true}).body, "DELETE abc");
    const std::string long_body(3U << 20U, 'b');
    EXPECT_EQ(good({.method = "POST", .url = url("/echo"), .body = long_body, .allow_private = true}).body.size(),
              long_body.size() + 5);
    const Headers headers{{"X-One", "eins"}, {"X-None", ""}};
    EXPECT_EQ(good({.url = url("/header?name=x-one"), .headers = headers, .allow_private = true}).body, "eins");
    EXPECT_EQ(
        good({.method = "POST", .url = url("/header?name=content-type"), .body = "a", .allow_private = true}).body, "");
}

TEST_F(HttpClient, gives_status_and_headers_whatever_the_status) {
    const auto answer = good({.url = url("/status?is=503"), .allow_private = true});
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("content-type"), "application/json");
    EXPECT_EQ(good({.method = "HEAD", .url = url("/status?is=204"), .allow_private = true}).status, 204);
}

TEST_F(HttpClient, never_connects_to_a_private_address_unless_allowed) {
    expect(bad({.url = url("/echo")}), Failure::guard, Sent::no);
    const auto port = ":" + std::to_string(server.port()) + "/echo";
    for (const auto* host : {"localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"})
        expect(bad({.url = "http://" + std::string(host) + port}), Failure::guard, Sent::no);
    EXPECT_EQ(served, 0);
    EXPECT_EQ(good({.url = url("/echo"), .private_allowed = {"127.0.0.0/8"}}).status, 200);
    EXPECT_EQ(good({.url = url("/echo"), .private_allowed = {"127.0.0.1"}}).status, 200);
}

TEST_F(HttpClient, a_redirect_to_a_private_address_is_refused_too) {
    const auto target = "http://127.0.0.2:" + std::to_string(server.port()) + "/echo";
    const ClientRequest request{
        .url = url("/to?url=" + target), .follow_redirects = true, .private_allowed = {"127.0.0.1"}};
    const auto failure = bad(request);
    expect(failure, Failure::guard, Sent::yes);
    EXPECT_NE(failure.message.find("127.0.0.2"), std::string::npos);
    EXPECT_EQ(served, 1);
}

TEST_F(HttpClient, follows_redirects_only_when_told_and_not_for_ever) {
    const auto to_echo = url("/to?url=/echo"), to_next = url("/to?url=") + url("/to?url=/status%3Fis=201");
    EXPECT_EQ(good({.url = to_echo, .allow_private = true}).status, 302);
    EXPECT_EQ(
        good({.method = "POST", .url = to_echo, .body = "x", .follow_redirects = true, .allow_private = true}).body,
        "GET ");
    EXPECT_EQ(good({.url = to_next, .follow_redirects = true, .allow_private = true}).status, 201);
    expect(bad({.url = url("/to?url=ftp://127.0.0.1/"), .follow_redirects = true, .allow_private = true}),
           Failure::broken, Sent::yes);
    served = 0;
    expect(bad({.url = url("/loop"), .follow_redirects = true, .allow_private = true}), Failure::broken, Sent::yes);
    EXPECT_EQ(served, 6);
}

TEST_F(HttpClient, a_gigabyte_is_cut_at_the_limit) {
    const ClientRequest request{.url = url("/gigabyte"), .max_response_bytes = 3000000, .allow_private = true};
    expect(bad(request), Failure::too_large, Sent::yes);
    auto cut = request;
    cut.cut_long_body = true;
    const auto answer = good(cut);
    EXPECT_EQ(answer.body.size(), 3000000U);
    EXPECT_TRUE(answer.truncated);
    EXPECT_LT(pieces, 100);
}

TEST_F(HttpClient, a_body_of_just_the_limit_is_whole) {
    const auto answer = good({.method = "POST",
                              .url = url("/echo"),
                              .body = "12345",
                              .max_response_bytes = 10,
                              .cut_long_body = true,
                              .allow_private = true});
    EXPECT_EQ(answer.body, "POST 12345");
    EXPECT_FALSE(answer.truncated);
}

TEST_F(HttpClient, streams_a_body_until_its_reader_has_enough) {
    std::size_t taken = 0;
    const auto take = [&](std::string_view piece) { return (taken += piece.size()) < 5000000; };
    const auto answer =
        good({.url = url("/gigabyte"), .max_response_bytes = 2UL << 30U, .allow_private = true, .on_body = take});
    EXPECT_TRUE(answer.truncated);
    EXPECT_TRUE(answer.body.empty());
    EXPECT_GE(taken, 5000000U);
    EXPECT_LT(taken, 6000000U);
    const auto refused = good({.url = url("/nowhere"), .allow_private = true, .on_body = take});
    EXPECT_EQ(refused.status, 404);
}

TEST_F(HttpClient, what_a_reader_throws_comes_through) {
    const auto fail = [](std::string_view) -> bool { throw std::runtime_error("disk full"); };
    EXPECT_THROW(ask({.url = url("/echo"), .allow_private = true, .on_body = fail}), std::runtime_error);
}

TEST_F(HttpClient, a_body_that_stops_coming_runs_into_the_time_limit) {
    const auto began = std::chrono::steady_clock::now();
    expect(bad({.url = url("/stuck"), .timeout = 200ms, .allow_private = true}), Failure::timeout, Sent::yes);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(HttpClient, a_request_to_stop_ends_the_call_at_once) {
    std::stop_source source;
    std::jthread stopper([&] {
        started.acquire();
        source.request_stop();
    });
    const auto began = std::chrono::steady_clock::now();
    expect(bad({.url = url("/stuck"), .allow_private = true, .stop = source.get_token()}), Failure::cancelled,
           Sent::yes);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
    expect(bad({.url = url("/echo"), .allow_private = true, .stop = source.get_token()}), Failure::cancelled, Sent::no);
}

TEST_F(HttpClient, tells_whether_the_other_side_may_have_got_the_request) {
    std::string closed;
    { closed = Speaker("").url; }
    expect(bad({.url = closed, .allow_private = true}), Failure::connect, Sent::no);
    expect(bad({.url = "http://no-such-host.invalid/", .timeout = 5s}), Failure::resolve, Sent::no);
    Speaker silent("");
    expect(bad({.url = silent.url, .allow_private = true}), Failure::broken, Sent::unknown);
    Speaker half("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    expect(bad({.url = half.url, .allow_private = true}), Failure::broken, Sent::yes);
    expect(bad({.url = "https" + url("/").substr(4), .timeout = 5s, .allow_private = true}), Failure::tls, Sent::no);
    expect(bad({.url = "ftp://example.com/"}), Failure::bad_request, Sent::no);
}

TEST_F(HttpClient, what_is_no_http_is_broken) {
    Speaker ssh("SSH-2.0-OpenSSH\r\n");
    EXPECT_EQ(bad({.url = ssh.url, .allow_private = true}).kind, Failure::broken);
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 3000; ++i) head += "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
    Speaker chatty(head + "\r\n");
    expect(bad({.url = chatty.url, .allow_private = true}), Failure::too_large, Sent::yes);
}

TEST_F(HttpClient, fetch_throws_an_error_that_says_what_and_whether_sent) {
    EXPECT_EQ(fetch({.url = url("/echo"), .allow_private = true}).status, 200);
    try {
        fetch({.url = url("/echo?token=secret")});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::forbidden);
        EXPECT_EQ(error.details(), R"({"failure":"guard","sent":"no"})");
        EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
    }
}

}  // namespace
}  // namespace nightshift::core::http
