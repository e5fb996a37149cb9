// RabbitMQ: one connection with one channel per owning thread. The only room that knows rabbitmq-c.
// Every failure is Error(broker); the link is then of no more use: throw it away and build a new one. The one exception
// is a broker that blocks publishers (a memory or disk alarm): blocked() tells, and such a link is good again when it
// doesn't. Nothing here waits longer than it is told to, whatever the broker does or does not.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nightshift::core::amqp {

/// The longest body taken or given.
inline constexpr std::size_t kLongestBody = 128UL << 10U;

struct Message {
    std::string body;  ///< empty when it was longer than kLongestBody: then only its size is known
    std::uint64_t size = 0;
    std::uint64_t tag = 0;
    bool redelivered = false;
    std::string queue;  ///< whose consumer got it
};

/// What the links of one owner published, one after the other. Written by the link's thread, read by any.
struct Tally {
    std::atomic<std::uint64_t> published{0}, confirmed{0}, refused{0};
    std::atomic<bool> blocked{false};  ///< the broker said that it takes no messages, and nothing else since
};

class Link {
public:
    /// `url`: amqp://user:password@host:port/vhost (vhost percent-encoded). Connects, or throws within `timeout`.
    explicit Link(const std::string& url, std::chrono::milliseconds timeout = std::chrono::seconds(5),
                  std::chrono::seconds heartbeat = std::chrono::seconds(15));
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// What answers, as it calls itself: "RabbitMQ 3.10.8".
    std::string server() const;
    void count_in(std::shared_ptr<Tally> tally);

    /// Durable quorum queue; its tunables are the server's policies.
    void declare_quorum_queue(const std::string& name);
    /// Messages that wait in it.
    std::size_t depth(const std::string& name);

    /// Publishes to the default exchange, persistent, and waits until the broker confirmed every one, at most `limit`
    /// in all. A message that no queue took is confirmed all the same: the caller's re-hint deals with it.
    void publish(const std::vector<std::pair<std::string, std::string>>& queue_and_body,
                 std::chrono::milliseconds limit = std::chrono::seconds(5));
    /// Takes in what the broker said and answers its heartbeats, without waiting. Call it every few seconds at rest.
    void serve();
    /// Why the broker takes no messages from us, as it said; empty: it does.
    const std::string& blocked() const;

    /// Again for the same queue: with another prefetch.
    void consume(const std::string& queue, std::uint16_t prefetch);
    /// Waits at most `wait` for the first, then takes what is there already, up to `most`. Serves heartbeats.
    std::vector<Message> receive(std::size_t most, std::chrono::milliseconds wait);
    void acknowledge(std::uint64_t up_to);
    /// For operators and tests: the queue and what waits in it are gone.
    void delete_queue(const std::string& name);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace nightshift::core::amqp
