// The answering half of a connection.
#include "core/http/connection.h"
#include "core/log/log.h"
#include "core/time/time.h"

namespace nightshift::core::http {
namespace {

/// A header value that could split the answer is a bug of ours: it is left out, not sent.
bool is_clean(std::string_view value) {
    for (const char c : value)
        if (c == 0x7f || (static_cast<unsigned char>(c) < 0x20 && c != '\t')) return false;
    return true;
}

/// What frames the answer is not for handlers to say.
bool is_framing(std::string_view name) {
    for (const auto* ours : {"content-length", "transfer-encoding", "connection"})
        if (beast::iequals(name, ours)) return true;
    return false;
}

}  // namespace

bool Connection::is_fit(const std::pair<std::string, std::string>& header) {
    return !header.first.empty() && is_clean(header.first) && is_clean(header.second) && !is_framing(header.first);
}

Response Connection::problem(int status, std::string_view code, std::string_view why) const {
    return problem_response(status, code, why, json::object{}, id_);
}

void Connection::refuse(int status, std::string_view code, const std::string& why, Headers headers) {
    ++server_.refused;
    keep_alive_ = false;
    is_refused_ = true;
    if (id_.empty()) id_ = time::uuid7();  // its head was not read
    auto response = problem(status, code, why);
    response.headers = std::move(headers);
    answer(std::move(response));
}

/// All but those that frame the answer; the handler's word goes before ours.
template <class Put>
void Connection::put_headers(const Response& response, Put&& put) const {
    const auto ours = [&](std::string_view name, std::string_view value) {
        for (const auto& header : response.headers)
            if (beast::iequals(header.first, name) && is_fit(header)) return;
        put(name, value);
    };
    ours("Server", "nightshift");
    ours("X-Content-Type-Options", "nosniff");
    ours("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    ours("Referrer-Policy", "no-referrer");
    if (server_.settings.is_behind_tls) ours("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    ours("Cache-Control", "no-store");
    if (!id_.empty()) ours("X-Request-Id", id_);
    if (!response.content_type.empty() && is_clean(response.content_type)) ours("Content-Type", response.content_type);
    for (const auto& header : response.headers)
        if (is_fit(header)) put(header.first, header.second);
}

/// HTTP/1.0 waits for the end of the connection unless it is told that there is none. RFC 9112, 9.3.
std::string_view Connection::connection_word() const {
    if (!keep_alive_) return "close";
    return is_old_ ? "keep-alive" : "";
}

template <class Message>
void Connection::dress(Message& message, const Response& response) {
    message.version(11);
    message.result(static_cast<unsigned>(response.status));
    if (const auto word = connection_word(); !word.empty()) message.set(wire::field::connection, word);
    put_headers(response, [&](std::string_view name, std::string_view value) { message.insert(name, value); });
}

template void Connection::dress(wire::response<wire::empty_body>&, const Response&);

/// Its head and body fit into one text.
bool Connection::is_plain(const Response& response) const {
    return !is_head_ && !response.source && !(response.live && response.status == 200);
}

std::string Connection::text_of(const Response& response) const {
    constexpr std::size_t kHead = 512;
    std::string text;
    text.reserve(kHead + response.body.size());
    const auto reason = wire::obsolete_reason(wire::int_to_status(static_cast<unsigned>(response.status)));
    text.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason.data(), reason.size());
    text.append("\r\n");
    const auto put = [&](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    put_headers(response, put);
    if (const auto word = connection_word(); !word.empty()) put("Connection", word);
    const bool has_body = response.status != 204 && response.status != 304;
    if (has_body) put("Content-Length", std::to_string(response.body.size()));
    text.append("\r\n");
    return has_body ? text.append(response.body) : text;
}

void Connection::send_text(const std::shared_ptr<const std::string>& text, std::size_t sent) {
    if (sent == text->size()) return on_sent({});
    deadline(server_.settings.send_deadline);
    asio::async_write(stream_, asio::buffer(text->data() + sent, text->size() - sent),
                      [self = shared_from_this(), text](error_code failure, std::size_t) { self->on_sent(failure); });
}

void Connection::answer(Response response) {
    if (is_plain(response)) return send_text(std::make_shared<const std::string>(text_of(response)), 0);
    deadline(server_.settings.send_deadline);
    if (response.live && response.status == 200) return go_live(response);
    if (is_head_) return answer_head(response);
    stream(std::move(response));
}

/// What a GET would say, without its body; a length that is not known is not made up.
void Connection::answer_head(const Response& response) {
    struct Head {
        wire::response<wire::empty_body> message;
        std::optional<wire::response_serializer<wire::empty_body>> serializer;
    };
    auto head = std::make_shared<Head>();
    dress(head->message, response);
    const bool is_empty = response.status == 204 || response.status == 304;
    if (!is_empty && (response.length || !(response.source || response.live)))
        head->message.content_length(response.length.value_or(response.body.size()));
    else if (!is_empty && !is_old_)
        head->message.chunked(true);
    head->serializer.emplace(head->message);
    wire::async_write_header(
        stream_, *head->serializer,
        [self = shared_from_this(), head](error_code failure, std::size_t) { self->on_sent(failure); });
}

struct Connection::Streaming {
    wire::response<wire::empty_body> head;
    std::optional<wire::response_serializer<wire::empty_body>> serializer;
    BodySource source;
    std::optional<std::uint64_t> left;  // of the announced length
    bool chunked = false;
    std::string piece;
};

/// Piece by piece: the next one is fetched, on the crew, when the one before is on its way.
void Connection::stream(Response response) {
    auto state = std::make_shared<Streaming>();
    dress(state->head, response);
    state->source = std::move(response.source);
    state->chunked = !response.length && !is_old_;
    state->left = response.length;
    if (!response.length && is_old_) {  // HTTP/1.0 knows no chunks: the end is the close
        keep_alive_ = false;
        state->head.keep_alive(false);
    }
    if (response.length)
        state->head.content_length(*response.length);
    else if (state->chunked)
        state->head.chunked(true);
    state->serializer.emplace(state->head);
    wire::async_write_header(stream_, *state->serializer,
                             [self = shared_from_this(), state](error_code failure, std::size_t) {
                                 if (failure) return self->close();
                                 self->next_piece(state);
                             });
}

void Connection::next_piece(const std::shared_ptr<Streaming>& state) {
    const bool taken = server_.crew.take([self = shared_from_this(), state] {
        bool cut = false;
        try {
            state->piece = state->source();
        } catch (const std::exception& failure) {  // the client learns it from the missing end
            log::warn("http.stream_cut", {{"request_id", self->id_}, {"error", failure.what()}});
            cut = true;
        }
        asio::post(self->stream_.get_executor(), [self, state, cut] { cut ? self->close() : self->send_piece(state); });
    });
    if (!taken) close();
}

void Connection::send_piece(const std::shared_ptr<Streaming>& state) {
    const bool last = state->piece.empty();
    // A length that does not come true would make the next answer part of this one.
    if (state->left && (state->piece.size() > *state->left || (last && *state->left > 0))) return close();
    if (state->left) *state->left -= state->piece.size();
    deadline(server_.settings.send_deadline);
    const auto done = [self = shared_from_this(), state, last](error_code failure, std::size_t) {
        if (failure || last) return self->on_sent(failure);
        self->next_piece(state);
    };
    if (last && state->chunked) return asio::async_write(stream_, wire::make_chunk_last(), done);
    if (last) return on_sent({});
    if (state->chunked) return asio::async_write(stream_, wire::make_chunk(asio::buffer(state->piece)), done);
    asio::async_write(stream_, asio::buffer(state->piece), done);
}

void Connection::answered() {
    if (std::exchange(is_answering_, false)) --server_.answering;
}

void Connection::on_sent(error_code failure) {
    answered();
    if (!failure && is_refused_) return linger();
    if (failure || !keep_alive_) return close();
    is_head_ = false;
    id_.clear();
    wait_for_request();
}

/// What a refused client still sends is read and thrown away for a moment: closing on unread bytes resets the
/// connection, and the answer would be lost with it. RFC 9112 9.6.
void Connection::linger() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    parser_.reset();
    buffer_.clear();
    deadline(std::chrono::seconds(1));
    discard();
}

void Connection::discard() {
    constexpr std::size_t kPiece = 16UL << 10U, kMost = 1UL << 20U;
    stream_.async_read_some(buffer_.prepare(kPiece),
                            [self = shared_from_this()](error_code failure, std::size_t bytes) {
                                self->discarded_ += bytes;
                                if (failure || self->discarded_ > kMost) return self->close();
                                self->discard();
                            });
}

void Connection::close() {
    answered();
    timer_.cancel();
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.close();
}

}  // namespace nightshift::core::http
