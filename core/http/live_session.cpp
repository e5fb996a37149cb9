#include "core/http/live_session.h"

#include <boost/beast/core/buffers_to_string.hpp>

#include "core/log/log.h"

namespace nightshift::core::http {
namespace {

namespace websocket = boost::beast::websocket;
constexpr std::chrono::seconds kLastWord{5};  // for a client that is let go to take what is on its way

}  // namespace

LiveSession::LiveSession(std::shared_ptr<const Live> live, Server::Impl& server, Seat seat)
    : live_(std::move(live)),
      server_(server),
      seat_(std::move(seat)),
      listener_(std::make_shared<Listener>(live_->most_messages, live_->most_bytes)),
      timer_(server.loop) {}

LiveSession::~LiveSession() {
    listener_->attach(nullptr);
}

void LiveSession::open(const asio::any_io_executor& executor) {
    is_open_ = true;
    server_.listeners.insert(listener_);
    ++server_.live;
    listener_->attach([weak = weak_from_this(), executor] {
        asio::post(executor, [weak] {
            if (const auto session = weak.lock()) session->pump();
        });
    });
    if (server_.stopping) listener_->close(LiveEnd::going_away);
    if (live_->opened) live_->opened(listener_);
    pump();
}

void LiveSession::end() {
    if (std::exchange(is_ended_, true)) return;
    timer_.cancel();
    listener_->attach(nullptr);
    cut();
    if (!is_open_) return;
    server_.listeners.erase(listener_);
    --server_.live;
    if (live_->closed) live_->closed(listener_);
}

void LiveSession::pump() {
    if (!is_open_ || is_ended_ || is_finishing_) return;
    if (sending_) {
        if (!listener_->is_open()) cut_later();
        return;
    }
    auto [message, how] = listener_->next();
    if (message) {
        sending_ = std::move(message);
        return write(sending_);
    }
    if (!how) return;
    is_finishing_ = true;
    cut_later();
    finish(*how);
}

void LiveSession::written(error_code failure) {
    sending_.reset();
    if (failure) return end();
    pump();
}

void LiveSession::cut_later() {
    timer_.expires_after(kLastWord);
    timer_.async_wait([weak = weak_from_this()](error_code failure) {
        if (const auto session = weak.lock(); session && !failure) session->end();
    });
}

SocketSession::SocketSession(beast::tcp_stream stream, std::shared_ptr<const Live> live, Server::Impl& server,
                             Seat seat)
    : LiveSession(std::move(live), server, std::move(seat)), stream_(std::move(stream)) {}

void SocketSession::start(const std::shared_ptr<Upgrade>& request, const Headers& headers) {
    beast::get_lowest_layer(stream_).expires_never();
    stream_.set_option(websocket::stream_base::timeout{
        .handshake_timeout = kLastWord, .idle_timeout = 2 * live_->ping, .keep_alive_pings = true});
    stream_.set_option(websocket::stream_base::decorator([headers](websocket::response_type& response) {
        for (const auto& [name, value] : headers) response.set(name, value);
    }));
    stream_.read_message_max(live_->longest_received);
    stream_.text(true);
    stream_.async_accept(*request, [self = self(), request](error_code failure) {
        if (failure) return self->end();
        self->open(self->stream_.get_executor());
        self->read();
    });
}

void SocketSession::read() {
    if (is_ended_) return;
    stream_.async_read(buffer_, [self = self()](error_code failure, std::size_t) {
        if (failure) return self->end();
        self->on_message();
    });
}

/// The next is read when this one was received: a client can't overrun us.
void SocketSession::on_message() {
    std::string text = beast::buffers_to_string(buffer_.data());
    buffer_.clear();
    buffer_.shrink_to_fit();
    if (!live_->received || !stream_.got_text()) {
        listener_->close(LiveEnd::refused);
        return read();  // for its answer to the close
    }
    const bool taken = server_.crew.take([self = self(), text = std::move(text)]() mutable {
        try {
            self->live_->received(*self->listener_, std::move(text));
        } catch (const std::exception& problem) {
            log::warn("http.live_failed", {{"error", problem.what()}});
            self->listener_->close(LiveEnd::refused);
        }
        const auto executor = self->stream_.get_executor();
        asio::post(executor, [self = std::move(self)] { self->read(); });
    });
    if (taken) return;
    listener_->close(LiveEnd::too_slow);  // the crew is full: the client may come again later
    read();
}

void SocketSession::write(LiveMessage message) {
    stream_.async_write(asio::buffer(*message),
                        [self = self(), message](error_code failure, std::size_t) { self->written(failure); });
}

void SocketSession::finish(LiveEnd how) {
    stream_.async_close(websocket::close_reason(static_cast<websocket::close_code>(how)),
                        [self = self()](error_code) { self->end(); });
}

void SocketSession::cut() {
    beast::get_lowest_layer(stream_).close();
}

EventSession::EventSession(beast::tcp_stream stream, std::shared_ptr<const Live> live, Server::Impl& server, Seat seat)
    : LiveSession(std::move(live), server, std::move(seat)), stream_(std::move(stream)), heart_(server.loop) {}

void EventSession::start() {
    stream_.expires_never();
    open(stream_.get_executor());
    read();
    beat();
}

void EventSession::read() {
    if (is_ended_) return;
    stream_.async_read_some(asio::buffer(ignored_), [self = self()](error_code failure, std::size_t) {
        if (failure) return self->end();
        self->read();
    });
}

/// A comment after so much silence keeps what stands between from giving up; a write that takes so long ends it.
void EventSession::beat() {
    heart_.expires_after(live_->ping);
    heart_.async_wait([weak = weak_from_this(), this](error_code failure) {
        const auto session = weak.lock();
        if (failure || !session || is_ended_) return;
        static const auto kComment = std::make_shared<const std::string>(":\n\n");
        const bool quiet = std::exchange(was_quiet_, true);
        if (quiet && sending_) return end();
        if (quiet && !is_finishing_) {
            sending_ = kComment;
            write(sending_);
            was_quiet_ = true;  // our own word is no sign of life
        }
        beat();
    });
}

void EventSession::write(LiveMessage message) {
    was_quiet_ = false;
    asio::async_write(stream_, asio::buffer(*message),
                      [self = self(), message](error_code failure, std::size_t) { self->written(failure); });
}

void EventSession::finish(LiveEnd) {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);  // its answer to that is the end of what we read
}

void EventSession::cut() {
    heart_.cancel();
    stream_.close();
}

}  // namespace nightshift::core::http
