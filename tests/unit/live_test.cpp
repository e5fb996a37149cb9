// Listeners that stay: WebSockets and event streams on the door's own event loop.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/http/live.h"
#include "core/http/server.h"
#include "tests/kit/eventually.h"
#include "tests/kit/instrumented.h"

namespace nightshift::core::http {
namespace {

using namespace std::chrono_literals;
using tests::eventually;
namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using Client = websocket::stream<asio::ip::tcp::socket>;

class LiveDoor : public testing::Test {
protected:
    std::shared_ptr<Live> make(Live::Way way) {
        auto live = std::make_shared<Live>();
        live->way = way;
        live->opened = [this](auto listener) {
            const std::lock_guard lock(mutex);
            listeners.push_back(std::move(listener));
        };
        live->received = [](Listener& listener, std::string text) { listener.send(text + "!"); };
        live->closed = [this](const auto&) { ++closed; };
        live->most_messages = 100;
        live->longest_received = 1000;
        return live;
    }
    std::size_t opened() {
        const std::lock_guard lock(mutex);
        return listeners.size();
    }
    std::shared_ptr<Listener> listener(std::size_t i = 0) {
        EXPECT_TRUE(eventually([&] { return opened() > i; }));
        const std::lock_guard lock(mutex);
        return listeners.at(i);
    }
    Client connect(const std::string& path = "/ws", const std::string& origin = {}) {
        Client client(loop);
        client.next_layer().connect({asio::ip::make_address("127.0.0.1"), server.port()});
        client.set_option(websocket::stream_base::decorator([origin](websocket::request_type& request) {
            if (!origin.empty()) request.set("Origin", origin);
        }));
        client.handshake("localhost:8000", path);
        return client;
    }
    static std::string read(Client& client) {
        boost::beast::flat_buffer buffer;
        client.read(buffer);
        return boost::beast::buffers_to_string(buffer.data());
    }
    /// Reads until the server closes, and says with which code; 0: without one.
    static int read_to_end(Client& client) {
        boost::beast::flat_buffer buffer;
        boost::system::error_code failure;
        while (!failure) client.read(buffer, failure);
        return failure == websocket::error::closed ? client.reason().code : 0;
    }
    int plain_connect() const {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        const timeval limit{5, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return fd;
    }
    static void say(int fd, const std::string& text) {
        EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }
    static std::string read_until(int fd, const std::string& end) {
        std::string answer;
        for (char c; answer.find(end) == std::string::npos && ::recv(fd, &c, 1, 0) == 1;) answer += c;
        return answer;
    }
    static std::string handshake(const std::string& path = "/ws") {
        return "GET " + path +
               " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    }

    std::mutex mutex;  // guards listeners
    std::vector<std::shared_ptr<Listener>> listeners;
    std::atomic<int> closed{0};
    std::shared_ptr<Live> sockets = make(Live::Way::websocket), events = make(Live::Way::events),
                          quick = make(Live::Way::websocket), open = make(Live::Way::websocket);
    asio::io_context loop;
    Server server{{.port = 0, .threads = 2, .connections = 5000}, [this](const Request& request) {
                      if (request.path == "/ws") return Response{.headers = {{"X-Mine", "yes"}}, .live = sockets};
                      if (request.path == "/quick") return Response{.live = quick};
                      if (request.path == "/open") return Response{.live = open};
                      if (request.path == "/events") return Response{.live = events};
                      return Response{.status = 404};
                  }};
};

TEST_F(LiveDoor, a_websocket_is_sent_to_and_heard) {
    auto client = connect();
    const auto far = listener();
    EXPECT_TRUE(far->send("hello"));
    EXPECT_EQ(read(client), "hello");
    client.write(asio::buffer(std::string("echo")));
    EXPECT_EQ(read(client), "echo!");
    for (int i = 0; i < 50; ++i) far->send(std::to_string(i));
    for (int i = 0; i < 50; ++i) EXPECT_EQ(read(client), std::to_string(i));
    far->close();
    EXPECT_EQ(read_to_end(client), 1000);
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
    EXPECT_FALSE(far->send("too late"));
}

TEST_F(LiveDoor, a_client_that_goes_is_noticed) {
    {
        auto client = connect();
        listener();
        client.close(websocket::close_code::normal);
    }
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
    { const auto client = connect(); }  // and one that only drops the line
    EXPECT_TRUE(eventually([&] { return closed == 2; }));
    EXPECT_FALSE(listener()->is_open());
    EXPECT_TRUE(eventually([&] { return server.state().connections == 0; }));
}

TEST_F(LiveDoor, only_welcome_pages_may_listen) {
    open->allows_origin = [](std::string_view origin) { return origin == "https://console.example"; };
    EXPECT_NO_THROW(connect("/ws", "http://localhost:8000"));
    EXPECT_THROW(connect("/ws", "http://evil.example"), boost::system::system_error);
    EXPECT_THROW(connect("/ws", "null"), boost::system::system_error);
    EXPECT_NO_THROW(connect("/open", "https://console.example"));
    EXPECT_THROW(connect("/open", "http://localhost:8000"), boost::system::system_error);
}

TEST_F(LiveDoor, a_request_without_a_handshake_hears_what_is_missing) {
    const int fd = plain_connect();
    say(fd, "GET /ws HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = read_until(fd, "\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 426")) << answer;
    EXPECT_NE(answer.find("Upgrade: websocket"), std::string::npos) << answer;
    ::close(fd);
}

TEST_F(LiveDoor, the_headers_of_the_answer_go_with_the_handshake) {
    const int fd = plain_connect();
    say(fd, handshake());
    const auto answer = read_until(fd, "\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 101")) << answer;
    EXPECT_NE(answer.find("X-Mine: yes"), std::string::npos) << answer;
    EXPECT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos) << answer;
    ::close(fd);
}

TEST_F(LiveDoor, who_is_too_slow_is_let_go_and_costs_no_memory) {
    auto client = connect();
    const auto far = listener();
    const std::string piece(100000, 'x');
    EXPECT_TRUE(eventually([&] { return !far->send(piece); }));
    EXPECT_FALSE(far->is_open());
    EXPECT_EQ(read_to_end(client), 1013);  // it reads again within its last moment
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
}

TEST_F(LiveDoor, who_says_too_much_is_let_go) {
    auto client = connect();
    client.write(asio::buffer(std::string(2000, 'x')));
    const auto said = read_to_end(client);
    EXPECT_TRUE(said == 1009 || said == 0) << said;  // the end of a link that still talks may overtake the word
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
}

TEST_F(LiveDoor, silence_is_asked_about_and_then_ended) {
    quick->ping = 100ms;
    const int silent = plain_connect();  // never answers a ping
    say(silent, handshake("/quick"));
    EXPECT_TRUE(read_until(silent, "\r\n\r\n").starts_with("HTTP/1.1 101"));
    const auto far = listener();
    auto client = connect("/quick");
    std::atomic<int> pings{0};
    client.control_callback([&](websocket::frame_type kind, auto) { pings += kind == websocket::frame_type::ping; });
    std::jthread reader([&] { EXPECT_EQ(read(client), "enough"); });
    EXPECT_TRUE(eventually([&] { return !far->is_open() && pings >= 3; }));
    const auto near = listener(1);
    EXPECT_TRUE(near->send("enough"));
    reader.join();
    ::close(silent);
}

TEST_F(LiveDoor, an_event_stream_sends_events_and_comments) {
    events->ping = 100ms;
    const int fd = plain_connect();
    say(fd, "GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
    const auto head = read_until(fd, "\r\n\r\n");
    EXPECT_NE(head.find("Content-Type: text/event-stream"), std::string::npos) << head;
    EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
    EXPECT_EQ(read_until(fd, "\n\n"), ":\n\n");
    const auto far = listener();
    EXPECT_TRUE(far->send(event_text("7", "job", "one\ntwo")));
    EXPECT_TRUE(read_until(fd, "two\n\n").ends_with("id: 7\nevent: job\ndata: one\ndata: two\n\n"));
    far->close();
    read_until(fd, "never");
    EXPECT_TRUE(eventually([&] { return !far->is_open(); }));
    ::close(fd);
    EXPECT_TRUE(eventually([&] { return closed == 1 && server.state().connections == 0; }));
}

TEST_F(LiveDoor, an_event_stream_that_nobody_reads_ends) {
    const int fd = plain_connect();
    say(fd, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto far = listener();
    EXPECT_TRUE(eventually([&] { return !far->send(std::string(100000, 'x')); }));
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
    ::close(fd);
}

TEST_F(LiveDoor, those_who_listen_hear_when_the_server_goes) {
    auto client = connect();
    const auto far = listener();
    std::jthread reader([&] { EXPECT_EQ(read_to_end(client), 1001); });
    server.stop(2s);
    reader.join();
    EXPECT_FALSE(far->send("nobody hears it"));
}

TEST(Events, no_value_can_begin_another_field) {
    EXPECT_EQ(event_text("1\ndata: x", "a\rb", "c\r\nd\re\nf"),
              "id: 1data: x\nevent: ab\ndata: c\ndata: d\ndata: e\ndata: f\n\n");
    EXPECT_EQ(event_text("", "", ""), "data: \n\n");
}

std::size_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t whole = 0, resident = 0;
    file >> whole >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::ptrdiff_t thread_count() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
}

TEST_F(LiveDoor, two_thousand_idle_listeners_hold_no_thread_and_little_memory) {
    constexpr std::size_t kMany = 2000;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ASSERT_GT(limit.rlim_cur, 2 * kMany + 100);
    const auto threads = thread_count();
    const auto before = resident_bytes();
    std::vector<int> clients;
    for (std::size_t i = 0; i < kMany; ++i) {
        clients.push_back(plain_connect());
        say(clients.back(), handshake());
        ASSERT_TRUE(read_until(clients.back(), "\r\n\r\n").starts_with("HTTP/1.1 101")) << i;
    }
    EXPECT_TRUE(eventually([&] { return opened() == kMany; }));
    const auto each = (resident_bytes() - before) / kMany;
    RecordProperty("bytes_per_listener", static_cast<int>(each));
    std::printf("%zu idle WebSockets: %zu bytes each\n", kMany, each);
    EXPECT_TRUE(tests::kInstrumented || each < (16U << 10U));
    EXPECT_EQ(thread_count(), threads);
    const auto message = std::make_shared<const std::string>("to all");
    for (std::size_t i = 0; i < kMany; ++i) EXPECT_TRUE(listener(i)->send(message));
    for (const int fd : clients) EXPECT_TRUE(read_until(fd, "to all").ends_with("to all"));
    for (const int fd : clients) ::close(fd);
    EXPECT_TRUE(eventually([&] { return closed == static_cast<int>(kMany); }));
}

}  // namespace
}  // namespace nightshift::core::http
