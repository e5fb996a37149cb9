// How a connection becomes a live one.
#include "core/http/connection.h"
#include "core/http/live_session.h"

namespace nightshift::core::http {
namespace {

/// Pages of the host that was asked, unless the handler says otherwise; no browser, no Origin.
bool is_welcome(const Live& live, std::string_view origin, std::string_view host) {
    if (origin.empty()) return true;
    if (live.allows_origin) return live.allows_origin(origin);
    const auto scheme = origin.find("://");
    return scheme != std::string_view::npos && beast::iequals(origin.substr(scheme + 3), host);
}

}  // namespace

void Connection::go_live(const Response& response) {
    const auto live = response.live;
    if (!is_welcome(*live, origin_, host_))
        return refuse(403, "E_FORBIDDEN", "Origin: pages of " + origin_ + " may not listen here");
    if (is_head_) return answer_head(response);
    if (live->way == Live::Way::events) return stream_events(response);
    if (!upgrade_ || buffer_.size() > 0) {
        auto wanted = problem(426, "E_BAD_REQUEST", "expected a WebSocket handshake");
        wanted.headers.emplace_back("Upgrade", "websocket");
        return answer(std::move(wanted));
    }
    auto headers = response.headers;
    std::erase_if(headers, [](const auto& header) { return !is_fit(header); });
    headers.emplace_back("Server", "nightshift");
    headers.emplace_back("X-Request-Id", id_);
    answered();
    timer_.cancel();
    ++deadlines_;  // one that fires yet must not reach for a socket that is no longer here
    std::make_shared<SocketSession>(std::move(stream_), live, server_, std::move(seat_))
        ->start(std::exchange(upgrade_, nullptr), headers);
}

/// The head, then events until somebody ends it: the end of the connection is the end of the stream.
void Connection::stream_events(const Response& response) {
    struct Head {
        wire::response<wire::empty_body> message;
        std::optional<wire::response_serializer<wire::empty_body>> serializer;
    };
    keep_alive_ = false;
    auto head = std::make_shared<Head>();
    dress(head->message, response);
    head->message.set(wire::field::content_type, "text/event-stream");
    head->message.set("X-Accel-Buffering", "no");
    head->serializer.emplace(head->message);
    deadline(server_.settings.send_deadline);
    wire::async_write_header(stream_, *head->serializer,
                             [self = shared_from_this(), head, live = response.live](error_code failure, std::size_t) {
                                 self->answered();
                                 if (failure) return self->close();
                                 self->timer_.cancel();
                                 ++self->deadlines_;
                                 std::make_shared<EventSession>(std::move(self->stream_), live, self->server_,
                                                                std::move(self->seat_))
                                     ->start();
                             });
}

}  // namespace nightshift::core::http
