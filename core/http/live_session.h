// What a connection becomes when its handler gave it a Live: the socket lives on here, on the same event loop.
#pragma once

#include <array>
#include <boost/beast/websocket.hpp>
#include <memory>

#include "core/http/inside.h"
#include "core/http/live.h"

namespace nightshift::core::http {

using Upgrade = wire::request<wire::string_body>;

/// What both ways share: the listener, its place in the server, and its end.
class LiveSession : public std::enable_shared_from_this<LiveSession> {
public:
    LiveSession(std::shared_ptr<const Live> live, Server::Impl& server, Seat seat);
    virtual ~LiveSession();
    LiveSession(const LiveSession&) = delete;
    LiveSession& operator=(const LiveSession&) = delete;

protected:
    /// The client can be sent to: tells so, and begins to.
    void open(const asio::any_io_executor& executor);
    /// The client has gone, or is let go now.
    void end();
    /// Sends the next message if none is on its way.
    void pump();
    virtual void write(LiveMessage message) = 0;
    virtual void finish(LiveEnd how) = 0;
    virtual void cut() = 0;
    void written(error_code failure);

    std::shared_ptr<const Live> live_;
    Server::Impl& server_;
    Seat seat_;
    std::shared_ptr<Listener> listener_;
    asio::steady_timer timer_;
    LiveMessage sending_;
    bool is_open_ = false, is_ended_ = false, is_finishing_ = false;

private:
    void cut_later();
};

class SocketSession final : public LiveSession {
public:
    SocketSession(beast::tcp_stream stream, std::shared_ptr<const Live> live, Server::Impl& server, Seat seat);
    using Headers = std::vector<std::pair<std::string, std::string>>;
    void start(const std::shared_ptr<Upgrade>& request, const Headers& headers);

private:
    std::shared_ptr<SocketSession> self() { return std::static_pointer_cast<SocketSession>(shared_from_this()); }
    void read();
    void on_message();
    void write(LiveMessage message) override;
    void finish(LiveEnd how) override;
    void cut() override;

    beast::websocket::stream<beast::tcp_stream, false> stream_;  // false: no compression, which costs much for each
    beast::flat_buffer buffer_;
};

class EventSession final : public LiveSession {
public:
    EventSession(beast::tcp_stream stream, std::shared_ptr<const Live> live, Server::Impl& server, Seat seat);
    /// The head of the answer is sent already.
    void start();

private:
    std::shared_ptr<EventSession> self() { return std::static_pointer_cast<EventSession>(shared_from_this()); }
    void read();
    void beat();
    void write(LiveMessage message) override;
    void finish(LiveEnd how) override;
    void cut() override;

    beast::tcp_stream stream_;
    std::array<char, 64> ignored_{};  // what the client says after its request means nothing
    asio::steady_timer heart_;
    bool was_quiet_ = true;
};

}  // namespace nightshift::core::http
