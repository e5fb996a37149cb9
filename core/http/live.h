// Listeners that stay: a WebSocket or a stream of Server-Sent Events, given by a handler instead of an answer. An idle
// one costs a socket and some KiB on the door's event loop, no thread.
//
//   auto live = std::make_shared<http::Live>();
//   live->opened = [&hub](auto listener) { hub.add(std::move(listener)); };   // registers, and returns
//   return {.live = live};
//   ...
//   listener->send(text);   // from any thread
//
// The handler has run like any other by then: the caller is known and permitted.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/message.h"

namespace nightshift::core::http {

/// Shared, because one event goes to many.
using LiveMessage = std::shared_ptr<const std::string>;

/// Why a listener is let go: codes of WebSocket (RFC 6455 7.4.1). An event stream just ends.
enum class LiveEnd : std::uint16_t { normal = 1000, going_away = 1001, refused = 1008, too_slow = 1013 };

/// Any thread may call any of it; it does no harm when the client has gone, or the server.
class Listener {
public:
    Listener(std::size_t most_messages, std::size_t most_bytes)
        : most_messages_(most_messages), most_bytes_(most_bytes) {}

    /// Queues a message: the text of a WebSocket message, or event_text(). False: it is gone, or so far behind that it
    /// is let go now: it will come back and ask for what it missed.
    bool send(LiveMessage message);
    bool send(std::string message) { return send(std::make_shared<const std::string>(std::move(message))); }
    /// After what is queued was sent.
    void close(LiveEnd end = LiveEnd::normal);
    bool is_open() const;

    /// For the door alone: who sends what is queued.
    struct Next {
        LiveMessage message;         ///< null: nothing more is queued
        std::optional<LiveEnd> end;  ///< to be let go now
    };
    Next next();
    /// `wake` is called, from any thread, when there is something for next(); null: the client has gone.
    void attach(std::function<void()> wake);

private:
    void wake() const;

    const std::size_t most_messages_, most_bytes_;
    mutable std::mutex mutex_;  // guards all below; held while wake_ is called, so that detaching waits for it
    std::function<void()> wake_;
    std::vector<LiveMessage> queued_;
    std::size_t sent_ = 0, bytes_ = 0;  // of queued_
    std::optional<LiveEnd> end_;
    bool is_attached_ = false;
};

struct Live {
    enum class Way : std::uint8_t { websocket, events };
    Way way = Way::websocket;
    /// On the event loop, when the client can be sent to: must not block.
    std::function<void(std::shared_ptr<Listener>)> opened;
    /// What a WebSocket's client says, on a thread of the crew, one after the other; null: it is refused for saying it.
    std::function<void(Listener&, std::string)> received;
    /// On the event loop, once, after `opened`: must not block.
    std::function<void(const std::shared_ptr<Listener>&)> closed;
    /// Whether pages of this origin may open a WebSocket; null: only those of the host that was asked. Not asked for
    /// clients that send no Origin: they are no browsers.
    std::function<bool(std::string_view origin)> allows_origin;
    std::size_t most_messages = 256, most_bytes = 1UL << 20U;  ///< waiting for a slow client; beyond: let go
    std::size_t longest_received = 64UL << 10U;
    std::chrono::milliseconds ping{30000};  ///< after so much silence; a client silent twice as long is let go
};

/// One event of a stream: `id` and `name` may be empty; every line of `data` becomes one of the event's.
std::string event_text(std::string_view id, std::string_view name, std::string_view data);

}  // namespace nightshift::core::http
