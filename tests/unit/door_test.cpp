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
                  .body_rate = 1000,
                  .idle_deadline = 2000ms},
                 [this](const Request& request) {
                     ++served;
                     if (request.path == "/echo") return Response{.body = request.body};
                     if (request.path == "/split") return Response{.headers = {{"X-Bad", "a\r\nSet-Cookie: b=1"}}};
                     if (request.path == "/cookies")
                         return Response{.headers = {{"Set-Cookie", "a=1"},
                                                     {"Set-Cookie", "b=2"},
                                                     {"Cache-Control", "private"},
                                                     {"Content-Length", "1"}}};
                     if (request.path == "/long") return Response{.body = std::string(kLong, 'x')};
                     if (request.path == "/id") return Response{.body = request.id};
                     if (request.path.starts_with("/say/")) return Response{.body = request.path.substr(5)};
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

    int connect() const { return connect(server.port()); }
    static int connect(std::uint16_t port) {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        const timeval limit{3, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return fd;
    }
    /// Sends, then reads until the server closes (every request here asks for that, or is refused).
    std::string say(const std::string& text) const { return say(text, server.port()); }
    static std::string say(const std::string& text, std::uint16_t port) {
        const int fd = connect(port);
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
    static std::string get(const std::string& target, const std::string& headers = "Connection: close\r\n") {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
    }
    static void send(int fd, const std::string& text) {
        EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }
    /// What comes until `end` was seen, or nothing more does.
    static std::string read_until(int fd, const std::string& end) {
        std::string answer;
        for (char buffer[4096]; answer.find(end) == std::string::npos;) {
            const auto count = ::recv(fd, buffer, sizeof buffer, 0);
            if (count <= 0) break;
            answer.append(buffer, static_cast<std::size_t>(count));
        }
        return answer;
    }
    void refuses(const std::string& text, const std::string& status) const {
        EXPECT_EQ(say(text).substr(0, 12), "HTTP/1.1 " + status) << text.substr(0, 120);
    }
    static constexpr std::size_t kLong = 30'000'000;  // more than a socket takes at once
    std::atomic<int> served{0};
    Server server;
};

TEST_F(Door, serves_a_request_and_keeps_the_connection_for_the_next) {
    const auto answer = say("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(served, 2);
    EXPECT_NE(answer.find("hello", answer.find("hello") + 1), std::string::npos);
}

TEST_F(Door, sends_what_a_socket_does_not_take_at_once_whole_and_goes_on) {
    const int fd = connect();
    send(fd, get("/long", ""));
    const auto head = read_until(fd, "\r\n\r\n");
    std::size_t came = head.size() - head.find("\r\n\r\n") - 4;
    for (std::vector<char> buffer(1 << 16); came < kLong;) {
        const auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        came += static_cast<std::size_t>(count);
    }
    EXPECT_EQ(came, kLong);
    send(fd, get("/say/more"));
    EXPECT_NE(read_until(fd, "more").find("HTTP/1.1 200 OK"), std::string::npos);
    ::close(fd);
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

TEST_F(Door, refuses_targets_that_are_no_text) {
    for (const auto* target : {"/%ff", "/a%c3", "/?q=%ed%a0%80", "/%c2%85", "/?%0a=1", "/?a=%1b", "/%7f", "/\xff"})
        refuses(get(target), "400");
    EXPECT_EQ(served, 0);
    EXPECT_TRUE(say(get("/say/%C3%A9%20%25")).ends_with("\r\n\r\né %"));
}

TEST_F(Door, never_makes_a_separator_of_an_encoded_slash) {
    refuses(get("/say%2Fhello"), "400");
    refuses(get("/a/..%2f..%2Fetc"), "400");
    EXPECT_TRUE(say(get("/say/a%252Fb")).ends_with("\r\n\r\na%2Fb"));
}

TEST_F(Door, gives_slow_bodies_up_but_not_long_ones) {
    const int slow = connect();
    send(slow, post("Content-Length: 100\r\n", ""));
    const auto began = std::chrono::steady_clock::now();
    std::string answer;
    for (int i = 0; i < 100 && answer.empty(); ++i) {  // a byte each 40 ms: 25 a second
        ::send(slow, "x", 1, MSG_NOSIGNAL);
        const timeval pause{0, 40000};
        ::setsockopt(slow, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
        answer = read_until(slow, "\r\n\r\n");
    }
    ::close(slow);
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 408");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1500ms);

    const int steady = connect();
    send(steady, post("Content-Length: 1000\r\n", ""));
    for (int i = 0; i < 10; ++i) {  // a hundred bytes each 50 ms: longer than the grace, but at twice the rate
        send(steady, std::string(100, 'y'));
        ::usleep(50000);
    }
    EXPECT_NE(read_until(steady, std::string(1000, 'y')).find(std::string(1000, 'y')), std::string::npos);
    ::close(steady);
}

TEST_F(Door, gives_a_later_head_no_more_time_than_the_first) {
    const int fd = connect();
    send(fd, get("/", ""));
    EXPECT_NE(read_until(fd, "hello").find("hello"), std::string::npos);
    send(fd, "GET / HT");
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(read_until(fd, "\r\n\r\n").substr(0, 12), "HTTP/1.1 408");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1500ms);  // the rest between requests may be 2000 ms
    ::close(fd);
}

TEST_F(Door, answers_pipelined_requests_in_order) {
    std::string all, bodies;
    for (int i = 0; i < 20; ++i) all += get("/say/" + std::to_string(i) + "_", i == 19 ? "Connection: close\r\n" : "");
    const auto answer = say(all);
    std::size_t at = 0;
    for (int i = 0; i < 20; ++i) {
        at = answer.find("\r\n\r\n" + std::to_string(i) + "_", at);
        ASSERT_NE(at, std::string::npos) << i;
    }
}

TEST_F(Door, tells_who_asks_first_to_go_on) {
    const int fd = connect();
    send(fd, post("Expect: 100-Continue\r\nContent-Length: 3\r\n", ""));
    EXPECT_EQ(read_until(fd, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    send(fd, "abc");
    EXPECT_TRUE(read_until(fd, "abc").starts_with("HTTP/1.1 200"));
    ::close(fd);
    refuses(post("Expect: 100-continue\r\nContent-Length: 5000\r\n", ""), "413");
    refuses(post("Expect: miracles\r\nContent-Length: 3\r\n", "abc"), "417");
    refuses(post("Expect: 100-continue\r\nContent-Length: 3\r\n", "abc"), "200");
}

TEST_F(Door, sends_a_repeated_header_as_often_as_it_is_given) {
    const auto answer = say(get("/cookies"));
    EXPECT_NE(answer.find("Set-Cookie: a=1\r\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find("Set-Cookie: b=2\r\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find("Cache-Control: private\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("no-store"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("Content-Length: 1"), std::string::npos) << answer;
}

TEST_F(Door, takes_a_request_id_only_when_it_is_sane) {
    const auto id_for = [&](const std::string& headers) {
        const auto answer = say(get("/id", headers + "Connection: close\r\n"));
        return answer.substr(answer.find("\r\n\r\n") + 4);
    };
    const std::string longest(128, 'a');
    EXPECT_EQ(id_for("X-Request-Id: {a/b:c}\r\n"), "{a/b:c}");
    EXPECT_EQ(id_for("X-Request-Id: " + longest + "\r\n"), longest);
    EXPECT_EQ(id_for("X-Request-Id: " + longest + "a\r\n").size(), 36U);
    EXPECT_EQ(id_for("X-Request-Id: a b\r\n").size(), 36U);
    EXPECT_EQ(id_for("X-Request-Id: a\xc3\xa9\r\n").size(), 36U);
    EXPECT_EQ(id_for("X-Request-Id: a\r\nX-Request-Id: b\r\n").size(), 36U);
    EXPECT_EQ(id_for("").size(), 36U);
}

TEST_F(Door, makes_up_no_length_for_the_head_of_a_stream) {
    const auto answer = say("HEAD /pieces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(answer.find("Content-Length"), std::string::npos) << answer;
    EXPECT_NE(answer.find("Transfer-Encoding: chunked"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
    EXPECT_NE(say("HEAD /short HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").find("Content-Length: 10"),
              std::string::npos);
}

TEST_F(Door, says_what_the_server_as_a_whole_can) {
    const auto answer = say("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 204");
    EXPECT_NE(answer.find("Allow: GET"), std::string::npos);
    EXPECT_EQ(answer.find("\r\nContent-Type"), std::string::npos);
}

TEST_F(Door, a_refused_upload_still_hears_why) {
    // Far more than fits the socket's buffers: closing on it would reset the connection before the answer is read.
    const int fd = connect();
    send(fd, post("Content-Length: 800000\r\n", ""));
    const std::string piece(100000, 'x');
    for (int i = 0; i < 8; ++i) send(fd, piece);
    EXPECT_EQ(read_until(fd, "\r\n\r\n").substr(0, 12), "HTTP/1.1 413");
    ::close(fd);
}

TEST(FullDoor, tells_those_it_has_no_room_for) {
    Server server({.port = 0, .threads = 1, .connections = 1}, [](const Request&) { return Response{}; });
    const auto connect = [&] {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        return fd;
    };
    const int first = connect(), second = connect();
    const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    ::send(second, request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    for (char buffer[4096];;) {
        const auto count = ::recv(second, buffer, sizeof buffer, 0);
        if (count <= 0) break;
        answer.append(buffer, static_cast<std::size_t>(count));
    }
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 503") << answer;
    EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos) << answer;
    EXPECT_NE(answer.find("E_UNAVAILABLE"), std::string::npos) << answer;
    ::close(second);
    ::close(first);
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

TEST_F(Door, tells_http_1_0_that_the_connection_stays) {
    const auto answer =
        say("GET / HTTP/1.0\r\nHost: x\r\nConnection: Keep-Alive\r\n\r\n"
            "GET / HTTP/1.0\r\nHost: x\r\n\r\n");
    const auto second = answer.find("HTTP/1.1 200", 1);
    ASSERT_NE(second, std::string::npos) << answer;
    EXPECT_NE(answer.substr(0, second).find("\r\nConnection: keep-alive\r\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find("\r\nConnection: close\r\n", second), std::string::npos) << answer;
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

TEST_F(Door, tells_browsers_in_every_answer_to_do_nothing_with_it_but_read) {
    for (const auto* request : {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                                "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                                "GET /pieces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "nonsense\r\n\r\n"}) {
        const auto answer = say(request);
        for (const auto* header :
             {"X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n", "Cache-Control: no-store\r\n",
              "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n", "X-Request-Id: "})
            EXPECT_NE(answer.find(header), std::string::npos) << header << "\n" << answer;
        EXPECT_EQ(answer.find("Strict-Transport-Security"), std::string::npos);
    }
}

TEST_F(Door, behind_tls_tells_browsers_to_insist_on_it) {
    Server behind({.port = 0, .is_behind_tls = true}, [](const Request&) { return Response{}; });
    const auto answer = say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", behind.port());
    EXPECT_NE(answer.find("Strict-Transport-Security: max-age=31536000"), std::string::npos) << answer;
}

}  // namespace
}  // namespace nightshift::core::http
