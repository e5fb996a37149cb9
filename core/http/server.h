// The door: strict HTTP/1.1 on Boost.Beast. Idle connections cost a socket on one event loop; complete requests go to a
// bounded pool of threads (503 with Retry-After beyond, as for connections above the limit).
// Refused: two Content-Length, Content-Length with Transfer-Encoding, any Transfer-Encoding but chunked, bare LF,
// obs-fold, over-long heads (431) and bodies (413), slow heads and bodies (408, deadlines), bad targets (400).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/http/message.h"

namespace nightshift::core::http {

struct ServerSettings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8000;  ///< 0: any free one
    std::size_t threads = 8;
    std::size_t queue = 256;  ///< complete requests waiting for a thread
    std::size_t connections = 4096;
    std::size_t max_body = 10UL << 20U;
    std::size_t max_head = 32UL << 10U;
    std::chrono::milliseconds head_deadline{10000};  ///< from the first byte of a head (the connection) to its end
    std::chrono::milliseconds body_deadline{20000};  ///< and a second more for every `body_rate` bytes that came
    std::size_t body_rate = 1024;
    std::chrono::milliseconds send_deadline{60000};  ///< of an answer, or of each piece of a streamed one
    std::chrono::milliseconds idle_deadline{75000};  ///< between requests
    bool is_behind_tls = false;                      ///< a proxy speaks TLS: browsers are told to insist on it
};

struct ServerState {
    std::size_t connections = 0, live = 0, busy = 0, queued = 0;
    std::uint64_t requests = 0, refused = 0;
};

using HandleRequest = std::function<Response(Request)>;

class Server {
public:
    /// Listens at once; throws Error(configuration) naming the address when it cannot.
    Server(ServerSettings settings, HandleRequest handle);
    ~Server();
    std::uint16_t port() const;
    ServerState state() const;
    /// Milliseconds since the event loop last turned; for the watchdog.
    std::chrono::milliseconds stalled() const;
    /// Closes the port, lets requests under way end and tells those who listen, within `limit`, then cuts.
    void stop(std::chrono::milliseconds limit);

    struct Impl;

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace nightshift::core::http
