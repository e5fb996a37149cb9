// The door: what a strict HTTP/1.1 server refuses, over a real socket. RFC 9112; research on smuggling and slow
// clients.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "core/http/server.h"

namespace nightshift::core::http {
namespace {

using namespace std::chrono_literals;

class Door : public testing::Test {
protected:
    Door()
        : server({.port = 0,
                  .threads = 2,
                  .queue = 2,
                  .max_body = 1000,
                  .max_head = 2000,
                  .head_deadline = 300ms,
                  .body_deadline = 300ms,
                  .idle_deadline = 2000ms},
                 [this](const Request& request) {
                     ++served;
                     if (request.path == "/echo") return Response{.body = request.body};
                     if (request.path == "/split") return Response{.headers = {{"X-Bad", "a\r\nSet-Cookie: b=1"}}};
                     if (request.path == "/headers")
                         return Response{.body = std::string(request.header("x-trailer")) + "|" +
                                                 std::string(request.header("x-head"))};
                     if (request.path == "/short")
                         return Response{
                             .source = [n = 0]() mutable { return n++ < 1 ? std::string("abc") : std::string{}; },
                             .length = 10};
                     if (request.path == "/pieces")
                         return Response{
                             .source = [n = 0]() mutable { return n++ < 3 ? std::string("piece") : std::string{}; }};
                     return Response{.body = "hello"};
                 }) {}

    int connect() const {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        const timeval limit{3, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return fd;
    }
    /// Sends, then reads until the server closes (every request here asks for that, or is refused).
    std::string say(const std::string& text) const {
        const int fd = connect();
        EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
        std::string answer;
        for (char buffer[4096];;) {
            const auto count = ::recv(fd, buffer, sizeof buffer, 0);
            if (count <= 0) break;
            answer.append(buffer, static_cast<std::size_t>(count));
        }
        ::close(fd);
        return answer;
    }
    static std::string post(const std::string& headers, const std::string& body) {
        return "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n" + body;
    }
    void refuses(const std::string& text, const std::string& status) const {
        EXPECT_EQ(say(text).substr(0, 12), "HTTP/1.1 " + status) << text.substr(0, 120);
    }
    std::atomic<int> served{0};
    Server server;
};

TEST_F(Door, serves_a_request_and_keeps_the_connection_for_the_next) {
    const auto answer = say("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(served, 2);
    EXPECT_NE(answer.find("hello", answer.find("hello") + 1), std::string::npos);
}

TEST_F(Door, refuses_what_two_readers_could_read_differently) {
    refuses(post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400");
    refuses(post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), "400");
    refuses(post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "400");
    refuses(post("Transfer-Encoding: identity\r\n", ""), "400");
    refuses(post("Content-Length : 3\r\n", "abc"), "400");
    refuses(post("Content-Length: +3\r\n", "abc"), "400");
    refuses(post("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n0\r\n\r\n"), "400");
    refuses("GET / HTTP/1.1\nHost: x\n\n", "400");
    refuses("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400");
    refuses("GET / HTTP/1.1\r\n\r\n", "400");
    EXPECT_EQ(served, 0);
}

TEST_F(Door, refuses_what_is_too_long) {
    refuses("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(4000, 'a') + "\r\n\r\n", "431");
    refuses(post("Content-Length: 5000\r\n", ""), "413");
    EXPECT_EQ(served, 0);
}

TEST_F(Door, refuses_slow_heads_and_bodies) {
    refuses("GET / HTTP/1.1\r\nHost: ", "408");
    refuses(post("Content-Length: 10\r\n", "abc"), "408");
    EXPECT_EQ(served, 0);
}

TEST_F(Door, refuses_targets_that_lead_elsewhere) {
    refuses("GET /a/../b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "400");
    refuses("GET /a/%2e%2e/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "400");
    refuses("GET /%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "400");
    refuses("GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "400");
}

TEST_F(Door, takes_chunked_bodies_and_sends_them) {
    EXPECT_NE(say(post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")).find("abcde"),
              std::string::npos);
    EXPECT_NE(say("GET /pieces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                  .find("5\r\npiece\r\n5\r\npiece\r\n5\r\npiece\r\n0\r\n\r\n"),
              std::string::npos);
}

TEST_F(Door, takes_no_trailer_for_a_header) {
    const auto answer =
        say("POST /headers HTTP/1.1\r\nHost: x\r\nX-Head: good\r\nTransfer-Encoding: chunked\r\nConnection: "
            "close\r\n\r\n0\r\nX-Trailer: evil\r\n\r\n");
    EXPECT_NE(answer.find("|good"), std::string::npos);
    EXPECT_EQ(answer.find("evil"), std::string::npos);
}

TEST_F(Door, closes_when_a_body_is_shorter_than_announced) {
    const auto answer = say("GET /short HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(answer.find("hello"), std::string::npos);
}

TEST_F(Door, speaks_no_chunks_to_http_1_0) {
    const auto answer = say("GET /pieces HTTP/1.0\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(answer.ends_with("\r\n\r\npiecepiecepiece")) << answer;
}

TEST_F(Door, never_sends_a_header_that_would_split_the_answer) {
    const auto answer = say("GET /split HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\rb\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
}

TEST_F(Door, answers_head_without_a_body) {
    const auto answer = say("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("Content-Length: 5"), std::string::npos);
    EXPECT_EQ(answer.find("hello"), std::string::npos);
}

TEST_F(Door, five_hundred_idle_connections_hold_no_thread) {
    std::vector<int> idle;
    for (int i = 0; i < 500; ++i) idle.push_back(connect());
    EXPECT_NE(say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").find("hello"), std::string::npos);
    for (const int fd : idle) ::close(fd);
}

}  // namespace
}  // namespace nightshift::core::http
