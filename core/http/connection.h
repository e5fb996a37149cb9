// The inside of the door: the server's state and one client. Only server.cpp includes this.
#pragma once

#include <atomic>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <thread>

#include "core/error/error.h"
#include "core/http/crew.h"
#include "core/http/framing.h"
#include "core/http/server.h"
#include "core/http/target.h"
#include "core/log/log.h"
#include "core/time/time.h"

namespace nightshift::core::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

inline bool is_token_id(std::string_view id) {
    if (id.empty() || id.size() > 64) return false;
    return id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
           std::string_view::npos;
}

/// A header value that could split the answer is a bug of ours: it is left out, not sent.
inline bool is_clean(std::string_view value) {
    return value.find_first_of("\r\n\0") == std::string_view::npos;
}

struct Server::Impl {
    Impl(ServerSettings from, HandleRequest with)
        : settings(std::move(from)), handle(std::move(with)), crew(settings.threads, settings.queue) {}
    void accept();
    void tick();

    ServerSettings settings;
    HandleRequest handle;
    asio::io_context loop{1};
    tcp::acceptor acceptor{loop};
    asio::steady_timer timer{loop}, timer_for_accept{loop};
    std::atomic<std::size_t> connections{0};
    std::atomic<std::uint64_t> requests{0}, refused{0};
    std::atomic<std::chrono::steady_clock::time_point> moved{std::chrono::steady_clock::now()};
    std::atomic<bool> stopping{false};
    std::atomic<std::size_t> answering{0};
    Crew crew;
    std::jthread thread;
};

/// One client. Lives on the event loop; only the handler runs elsewhere.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, Server::Impl& server)
        : stream_(std::move(socket)), server_(server), timer_(stream_.get_executor()) {
        ++server_.connections;
        error_code ignored;
        stream_.socket().set_option(tcp::no_delay(true), ignored);
        peer_ = stream_.socket().remote_endpoint(ignored).address().to_string(ignored);
    }
    ~Connection() {
        answered();
        --server_.connections;
    }
    void start() { read_head(); }

private:
    using Self = std::shared_ptr<Connection>;

    /// Our own timer, not the stream's: that one closes the socket, and the client would never learn why.
    void deadline(std::chrono::milliseconds limit) {
        timed_out_ = false;
        timer_.expires_after(limit);
        timer_.async_wait([weak = weak_from_this(), number = ++deadlines_](error_code failure) {
            const auto self = weak.lock();
            if (failure || !self || self->deadlines_ != number)
                return;  // one that is queued already may be of the past
            self->timed_out_ = true;
            error_code ignored;
            self->stream_.socket().cancel(ignored);
        });
    }

    void read_head() {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(server_.settings.max_head));
        parser_->body_limit(server_.settings.max_body);
        deadline(buffer_.size() > 0 || !served_ ? server_.settings.head_deadline : server_.settings.idle_deadline);
        wire::async_read_header(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](error_code failure, std::size_t) { self->on_head(failure); });
    }

    void on_head(error_code failure) {
        if (failure == wire::error::end_of_stream) return close();
        if (failure && timed_out_)
            return served_ ? close() : refuse(408, "E_TIMEOUT", "the request head did not come in time");
        if (failure == wire::error::header_limit || failure == wire::error::buffer_overflow)
            return refuse(431, "E_HEADERS_TOO_LARGE", "the request head is longer than allowed");
        if (failure == wire::error::body_limit) return refuse(413, "E_TOO_LARGE", "the body is longer than allowed");
        if (failure)
            return is_protocol(failure)
                       ? refuse(400, "E_BAD_REQUEST", "not a valid HTTP/1.1 request: " + failure.message())
                       : close();
        keep_head();
        const auto& head = parser_->get();
        if (head.version() != 11 && head.version() != 10)
            return refuse(505, "E_BAD_REQUEST", "only HTTP/1.1 is spoken here");
        if (const auto why = framing_problem(head); !why.empty()) return refuse(400, "E_BAD_REQUEST", why);
        if (head[wire::field::expect] == "100-continue") return send_continue();
        read_body();
    }

    static bool is_protocol(const error_code& failure) {
        return failure.category() == wire::make_error_code(wire::error::bad_method).category();
    }

    void send_continue() {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                          [self = shared_from_this()](error_code failure, std::size_t) {
                              if (failure) return self->close();
                              self->read_body();
                          });
    }

    void read_body() {
        deadline(server_.settings.body_deadline);
        wire::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code failure, std::size_t) {
            if (failure && self->timed_out_) return self->refuse(408, "E_TIMEOUT", "the body did not come in time");
            if (failure == wire::error::body_limit)
                return self->refuse(413, "E_TOO_LARGE", "the body is longer than allowed");
            if (failure)
                return is_protocol(failure)
                           ? self->refuse(400, "E_BAD_REQUEST", "the body is broken: " + failure.message())
                           : self->close();
            self->on_request();
        });
    }

    /// The head's fields, before the body is read: trailers of a chunked body must not pass for headers.
    void keep_head() {
        request_ = {};
        for (const auto& field : parser_->get()) {
            std::string name(field.name_string());
            for (auto& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
            request_.headers.emplace_back(std::move(name), std::string(field.value()));
        }
        const auto given = request_.header("x-request-id");
        request_.id = is_token_id(given) ? std::string(given) : time::uuid7();
        id_ = request_.id;
        is_head_ = parser_->get().method() == wire::verb::head;
        keep_alive_ = parser_->get().keep_alive() && !server_.stopping;
        is_old_ = parser_->get().version() == 10;
    }

    void on_request() {
        served_ = true;
        ++server_.requests;
        auto message = parser_->release();
        auto target = parse_target(std::string_view(message.target().data(), message.target().size()));
        if (!target) return refuse(400, "E_BAD_REQUEST", "the target is not a valid path");
        request_.method = is_head_ ? "GET" : std::string(message.method_string());
        request_.path = std::move(target->path);
        request_.query = std::move(target->query);
        request_.target = std::string(message.target());
        request_.body = std::move(message.body());
        request_.peer = peer_;
        timer_.cancel();
        const bool taken = server_.crew.take(
            [self = shared_from_this(), request = std::move(request_)]() mutable { self->work(std::move(request)); });
        if (taken) {
            is_answering_ = true;
            ++server_.answering;
            return;
        }
        ++server_.refused;
        Response busy = json_response(503, {{"error", "E_UNAVAILABLE"},
                                            {"message", "too many requests wait; try again"},
                                            {"details", json::object{}},
                                            {"request_id", id_}});
        busy.headers.emplace_back("Retry-After", "1");
        answer(std::move(busy));
    }

    void work(Request request) {
        Response response;
        try {
            response = server_.handle(std::move(request));
        } catch (const std::exception& problem) {
            log::error("http.handler_failed", {{"request_id", id_}, {"error", problem.what()}});
            response = json_response(500, {{"error", "E_INTERNAL"},
                                           {"message", "something went wrong here"},
                                           {"details", json::object{}},
                                           {"request_id", id_}});
        }
        asio::post(stream_.get_executor(), [self = shared_from_this(), response = std::move(response)]() mutable {
            self->answer(std::move(response));
        });
    }

    void refuse(int status, std::string_view code, const std::string& why) {
        ++server_.refused;
        keep_alive_ = false;
        answer(json_response(status,
                             {{"error", code}, {"message", why}, {"details", json::object{}}, {"request_id", id_}}));
    }

    template <class Message>
    void dress(Message& message, const Response& response) {
        message.version(11);
        message.result(static_cast<unsigned>(response.status));
        message.keep_alive(keep_alive_);
        message.set(wire::field::server, "nightshift");
        message.set("X-Content-Type-Options", "nosniff");
        message.set(wire::field::cache_control, "no-store");
        if (!id_.empty()) message.set("X-Request-Id", id_);
        if (!response.content_type.empty()) message.set(wire::field::content_type, response.content_type);
        for (const auto& [name, value] : response.headers)
            if (is_clean(name) && is_clean(value)) message.set(name, value);
    }

    void answer(Response response) {
        deadline(server_.settings.body_deadline);
        if (response.source && !is_head_) return stream(std::move(response));
        auto message = std::make_shared<wire::response<wire::string_body>>();
        dress(*message, response);
        const auto length = response.length.value_or(response.body.size());
        message->body() = is_head_ ? std::string{} : std::move(response.body);
        if (response.status != 204 && response.status != 304) message->content_length(length);
        const auto done = [self = shared_from_this(), message](error_code failure, std::size_t) {
            self->on_sent(failure);
        };
        if (!is_head_) return wire::async_write(stream_, *message, done);
        auto serializer = std::make_shared<wire::response_serializer<wire::string_body>>(*message);
        wire::async_write_header(stream_, *serializer,
                                 [self = shared_from_this(), message, serializer](error_code failure, std::size_t) {
                                     self->on_sent(failure);
                                 });
    }

    /// Piece by piece: the next one is fetched, on the crew, when the one before is on its way.
    void stream(Response response) {
        struct Streaming {
            wire::response<wire::empty_body> head;
            std::optional<wire::response_serializer<wire::empty_body>> serializer;
            BodySource source;
            std::optional<std::uint64_t> left;  // of the announced length
            bool chunked = false;
            std::string piece;
        };
        auto state = std::make_shared<Streaming>();
        dress(state->head, response);
        state->source = std::move(response.source);
        state->chunked = !response.length && !is_old_;
        state->left = response.length;
        if (!response.length && is_old_) keep_alive_ = false;  // HTTP/1.0 knows no chunks: the end is the close
        if (response.length)
            state->head.content_length(*response.length);
        else if (state->chunked)
            state->head.chunked(true);
        state->serializer.emplace(state->head);
        auto next = std::make_shared<std::function<void()>>();
        const std::weak_ptr<std::function<void()>> weak = next;
        *next = [self = shared_from_this(), state, weak] {
            auto again = weak.lock();
            const bool taken = self->server_.crew.take([self, state, again] {
                bool cut = false;
                try {
                    state->piece = state->source();
                } catch (const std::exception& problem) {  // the client learns it from the missing end
                    log::warn("http.stream_cut", {{"request_id", self->id_}, {"error", problem.what()}});
                    cut = true;
                }
                asio::post(self->stream_.get_executor(), [self, state, again, cut] {
                    if (cut) return self->close();
                    const bool last = state->piece.empty();
                    // A length that does not come true would make the next answer part of this one.
                    if (state->left && (state->piece.size() > *state->left || (last && *state->left > 0)))
                        return self->close();
                    if (state->left) *state->left -= state->piece.size();
                    self->deadline(self->server_.settings.body_deadline);
                    const auto done = [self, state, again, last](error_code failure, std::size_t) {
                        if (failure || last) return self->on_sent(failure);
                        (*again)();
                    };
                    if (last && state->chunked) return asio::async_write(self->stream_, wire::make_chunk_last(), done);
                    if (last) return self->on_sent({});
                    if (state->chunked)
                        return asio::async_write(self->stream_, wire::make_chunk(asio::buffer(state->piece)), done);
                    asio::async_write(self->stream_, asio::buffer(state->piece), done);
                });
            });
            if (!taken) self->close();
        };
        wire::async_write_header(stream_, *state->serializer,
                                 [self = shared_from_this(), state, next](error_code failure, std::size_t) {
                                     if (failure) return self->close();
                                     (*next)();
                                 });
    }

    void answered() {
        if (std::exchange(is_answering_, false)) --server_.answering;
    }

    void on_sent(error_code failure) {
        answered();
        if (failure || !keep_alive_) return close();
        is_head_ = false;
        id_.clear();
        read_head();
    }

    void close() {
        answered();
        timer_.cancel();
        error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        stream_.close();
    }

    beast::tcp_stream stream_;
    Server::Impl& server_;
    beast::flat_buffer buffer_;
    std::optional<wire::request_parser<wire::string_body>> parser_;
    std::string peer_, id_;
    asio::steady_timer timer_;
    Request request_;
    std::uint64_t deadlines_ = 0;
    bool timed_out_ = false, is_answering_ = false, is_old_ = false;
    bool served_ = false, keep_alive_ = false, is_head_ = false;
};

}  // namespace nightshift::core::http
