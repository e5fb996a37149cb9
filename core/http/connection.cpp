#include "core/http/connection.h"

#include <sys/socket.h>

#include <algorithm>

#include "core/error/error.h"
#include "core/http/framing.h"
#include "core/http/target.h"
#include "core/log/log.h"
#include "core/time/time.h"

namespace nightshift::core::http {
namespace {

bool is_protocol(const error_code& failure) {
    return failure.category() == wire::make_error_code(wire::error::bad_method).category();
}

/// Up to 128 characters of visible ASCII.
bool is_sane_id(std::string_view id) {
    return !id.empty() && id.size() <= 128 && std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Connection::Connection(tcp::socket socket, Server::Impl& server)
    : stream_(std::move(socket)), server_(server), seat_(server), timer_(stream_.get_executor()) {
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
    peer_ = stream_.socket().remote_endpoint(ignored).address().to_string(ignored);
}

Connection::~Connection() {
    answered();
}

void Connection::start() {
    deadline(server_.settings.head_deadline);
    wait_for_request();
}

void Connection::turn_away() {
    id_ = time::uuid7();
    refuse(503, "E_UNAVAILABLE", "too many connections are open; try again", {{"Retry-After", "1"}});
}

/// Our own timer, not the stream's: that one closes the socket, and the client would never learn why. It is set anew
/// only for what is due earlier; for what is due later it looks again when it ends.
void Connection::deadline(Clock::duration limit) {
    timed_out_ = false;
    due_ = Clock::now() + limit;
    if (!is_watched_ || due_ < timer_.expiry()) watch_clock();
}

void Connection::watch_clock() {
    is_watched_ = true;
    timer_.expires_at(due_);
    timer_.async_wait([weak = weak_from_this(), number = ++deadlines_](error_code failure) {
        const auto self = weak.lock();
        if (failure || !self || self->deadlines_ != number) return;  // one that is queued already may be of the past
        self->is_watched_ = false;
        if (self->due_ == Clock::time_point::max()) return;
        if (Clock::now() < self->due_) return self->watch_clock();
        self->timed_out_ = true;
        error_code ignored;
        self->stream_.socket().cancel(ignored);
    });
}

/// Between requests a connection holds no memory but itself, and may rest longer than a head may take to come.
void Connection::wait_for_request() {
    parser_.reset();
    if (buffer_.size() > 0) return read_head();
    buffer_.shrink_to_fit();
    if (served_) deadline(server_.settings.idle_deadline);
    stream_.socket().async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code failure) {
        failure ? self->on_head(failure) : self->read_head();
    });
}

void Connection::read_head() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_.settings.max_head));
    parser_->body_limit(server_.settings.max_body);
    if (served_) deadline(server_.settings.head_deadline);
    wire::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](error_code failure, std::size_t) { self->on_head(failure); });
}

void Connection::on_head(error_code failure) {
    if (failure) return refuse_head(failure);
    keep_head();
    const auto& head = parser_->get();
    if (head.version() != 11 && head.version() != 10)
        return refuse(505, "E_BAD_REQUEST", "only HTTP/1.1 is spoken here");
    if (const auto why = framing_problem(head); !why.empty()) return refuse(400, "E_BAD_REQUEST", why);
    const auto expected = head[wire::field::expect];
    if (expected.empty() || is_old_) return begin_body();
    if (!beast::iequals(expected, "100-continue"))
        return refuse(417, "E_BAD_REQUEST", "Expect: only 100-continue can be met");
    if (parser_->is_done() || buffer_.size() > 0) return begin_body();  // it did not wait for our word
    send_continue();
}

void Connection::refuse_head(error_code failure) {
    if (failure == wire::error::end_of_stream) return close();
    if (failure && timed_out_)
        return served_ && !parser_ ? close() : refuse(408, "E_TIMEOUT", "the request head did not come in time");
    if (failure == wire::error::header_limit || failure == wire::error::buffer_overflow)
        return refuse(431, "E_HEADERS_TOO_LARGE", "the request head is longer than allowed");
    if (failure == wire::error::body_limit) return refuse(413, "E_TOO_LARGE", "the body is longer than allowed");
    if (!is_protocol(failure)) return close();
    refuse(400, "E_BAD_REQUEST", "not a valid HTTP/1.1 request: " + failure.message());
}

void Connection::send_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                      [self = shared_from_this()](error_code failure, std::size_t) {
                          if (failure) return self->close();
                          self->begin_body();
                      });
}

void Connection::begin_body() {
    body_bytes_ = 0;
    body_began_ = Clock::now();
    deadline(server_.settings.body_deadline);
    read_body();
}

void Connection::read_body() {
    if (parser_->is_done()) return on_request();
    wire::async_read_some(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code failure, std::size_t bytes) { self->on_body(failure, bytes); });
}

/// A body may take its grace, and one second more for every `body_rate` bytes that came: long bodies get their time,
/// slow ones don't.
void Connection::on_body(error_code failure, std::size_t bytes) {
    if (failure && timed_out_) return refuse(408, "E_TIMEOUT", "the body did not come in time");
    if (failure == wire::error::body_limit) return refuse(413, "E_TOO_LARGE", "the body is longer than allowed");
    if (failure && is_protocol(failure))
        return refuse(400, "E_BAD_REQUEST", "the body is broken: " + failure.message());
    if (failure) return close();
    body_bytes_ += bytes;
    const std::chrono::duration<double> earned(static_cast<double>(body_bytes_) /
                                               static_cast<double>(server_.settings.body_rate));
    deadline(body_began_ + server_.settings.body_deadline + std::chrono::duration_cast<Clock::duration>(earned) -
             Clock::now());
    read_body();
}

/// The head's fields, before the body is read: trailers of a chunked body must not pass for headers.
void Connection::keep_head() {
    request_ = {};
    for (const auto& field : parser_->get()) {
        std::string name(field.name_string());
        for (auto& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        request_.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    const auto given = request_.combined("x-request-id");  // two of them are none: the comma's space is not visible
    request_.id = is_sane_id(given) ? given : time::uuid7();
    id_ = request_.id;
    is_head_ = parser_->get().method() == wire::verb::head;
    keep_alive_ = parser_->get().keep_alive() && !server_.stopping;
    is_old_ = parser_->get().version() == 10;
}

void Connection::on_request() {
    served_ = true;
    ++server_.requests;
    no_deadline();
    auto message = parser_->release();
    const std::string_view sent(message.target().data(), message.target().size());
    if (sent == "*" && message.method() == wire::verb::options)  // RFC 9110 9.3.7: of the server as a whole
        return answer({.status = 204,
                       .content_type = {},
                       .headers = {{"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}}});
    auto target = parse_target(sent);
    if (!target)
        return refuse(400, "E_BAD_REQUEST",
                      "target: expected a path of UTF-8 without control characters, dot segments and encoded slashes");
    request_.method = is_head_ ? "GET" : std::string(message.method_string());
    request_.path = std::move(target->path);
    request_.query = std::move(target->query);
    request_.target = std::string(sent);
    request_.body = std::move(message.body());
    request_.peer = peer_;
    host_ = request_.header("host");
    origin_ = request_.header("origin");
    const bool upgrades = beast::iequals(message[wire::field::upgrade], "websocket");
    upgrade_ = upgrades ? std::make_shared<wire::request<wire::string_body>>(std::move(message)) : nullptr;
    hand_over();
}

void Connection::hand_over() {
    const bool taken = server_.crew.take(
        [self = shared_from_this(), request = std::move(request_)]() mutable { self->work(std::move(request)); });
    if (taken) {
        is_answering_ = true;
        ++server_.answering;
        return;
    }
    ++server_.refused;
    auto busy = problem(503, "E_UNAVAILABLE", "too many requests wait; try again");
    busy.headers.emplace_back("Retry-After", "1");
    answer(std::move(busy));
}

void Connection::work(Request request) {
    Response response;
    try {
        response = server_.handle(std::move(request));
    } catch (const std::exception& failure) {
        log::error("http.handler_failed", {{"request_id", id_}, {"error", failure.what()}});
        response = problem(500, "E_INTERNAL", "something went wrong here");
    }
    if (!is_plain(response)) {
        asio::post(stream_.get_executor(), [self = shared_from_this(), response = std::move(response)]() mutable {
            self->answer(std::move(response));
        });
        return;
    }
    // Nothing else happens on the socket meanwhile, so what it takes at once is sent from here: the client has it
    // before the event loop has even woken.
    auto text = std::make_shared<const std::string>(text_of(response));
    const auto sent = ::send(stream_.socket().native_handle(), text->data(), text->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    asio::post(stream_.get_executor(),
               [self = shared_from_this(), text = std::move(text),
                sent = sent < 0 ? 0 : static_cast<std::size_t>(sent)] { self->send_text(text, sent); });
}

}  // namespace nightshift::core::http
