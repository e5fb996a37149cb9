// The inside of the door: the server's state. Only the files of the door include this; Beast stays behind them.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <set>

#include "core/http/crew.h"
#include "core/http/live.h"
#include "core/http/server.h"

namespace nightshift::core::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

struct Server::Impl {
    Impl(ServerSettings from, HandleRequest with)
        : settings(std::move(from)),
          handle(std::move(with)),
          crew(settings.threads, settings.queue, [this] { return turn(); }) {}
    /// One step of the event loop, and whatever else is ready by then.
    bool turn();
    void accept();
    void welcome(tcp::socket socket);
    void tick();
    void say_goodbye();

    ServerSettings settings;
    HandleRequest handle;
    std::atomic<std::size_t> connections{0};
    std::atomic<std::uint64_t> requests{0}, refused{0};
    std::atomic<std::chrono::steady_clock::time_point> moved{std::chrono::steady_clock::now()};
    std::atomic<bool> stopping{false};
    std::atomic<std::size_t> answering{0}, live{0};
    std::set<std::shared_ptr<Listener>> listeners;  // the event loop's own
    asio::io_context loop{1};                       // after what its connections touch when they end with it
    tcp::acceptor acceptor{loop};
    asio::steady_timer timer{loop}, timer_for_accept{loop};
    Crew crew;
};

/// A place among the connections, kept by whoever holds the socket now.
class Seat {
public:
    explicit Seat(Server::Impl& server) : server_(&server) { ++server.connections; }
    Seat(Seat&& other) noexcept : server_(std::exchange(other.server_, nullptr)) {}
    Seat& operator=(Seat&&) = delete;
    ~Seat() {
        if (server_ != nullptr) --server_->connections;
    }

private:
    Server::Impl* server_;
};

}  // namespace nightshift::core::http
