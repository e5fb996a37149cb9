// Carries hints from the dispatcher to workers. Losing, repeating or reordering one is harmless by construction.
// Two implementations, one conformance test (tests/integration/transport_test.cpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace nightshift::queue {

/// "These runs may be claimed now." One AMQP message; disposable.
struct Hint {
    struct Item {
        std::string run;  ///< uuid
        int epoch;
    };
    std::string queue;
    std::vector<Item> items;
};

/// {"v":1,"queue":"reports","runs":[["<uuid>",<epoch>],...]}; decode throws Error(bad_json|validation) for anything
/// else.
std::string encode(const Hint& hint);
Hint decode(std::string_view body);

/// A received hint and the token to acknowledge it with.
struct Delivery {
    Hint hint;
    std::uint64_t tag;
};

/// One per worker process and thread. Not thread-safe.
class Consumer {
public:
    virtual ~Consumer() = default;
    /// Up to `most` hints; waits at most `wait` for the first. Throws Error(broker) when the link is lost (build a new
    /// one).
    virtual std::vector<Delivery> receive(std::size_t most, std::chrono::milliseconds wait) = 0;
    /// There is room for more: lets the broker give so many hints ahead. Never less; that is a matter of closing.
    virtual void widen(std::uint16_t) {}
    /// Acknowledges everything up to and including `tag`.
    virtual void acknowledge(std::uint64_t tag) = 0;
    /// Gives back everything not acknowledged and stops consuming.
    virtual void close() = 0;
};

/// The dispatcher's side. Not thread-safe: one owning thread.
class Publisher {
public:
    virtual ~Publisher() = default;
    /// Returns when the broker confirmed all of them; throws Error(broker) otherwise (the runs are re-hinted by age).
    virtual void publish(std::span<const Hint> hints) = 0;
    /// Hints of the queue that nobody took yet.
    virtual std::size_t backlog(const std::string& queue) = 0;
    /// Keeps the link alive at rest: call it every few seconds. Throws Error(broker) when the broker is gone or blocks
    /// us.
    virtual void serve() {}
};

/// What a transport carried since it was built.
struct TransportState {
    std::uint64_t published = 0, confirmed = 0, refused = 0;
    bool blocked = false;  ///< the broker takes no messages now
};

class Transport {
public:
    virtual ~Transport() = default;
    virtual std::string_view name() const = 0;
    /// Any thread.
    virtual TransportState state() const { return {}; }
    /// Declares what is missing (quorum queues, exchange). Throws Error(broker).
    virtual std::unique_ptr<Publisher> publisher(const std::vector<std::string>& queues) = 0;
    virtual std::unique_ptr<Consumer> consumer(const std::vector<std::string>& queues, std::uint16_t prefetch) = 0;
};

/// Messages that were acknowledged and forgotten since the start: they name no run that this process could claim.
struct DroppedHints {
    std::uint64_t malformed = 0, oversized = 0, foreign = 0;
};
DroppedHints dropped_hints();

/// RabbitMQ at `url` (amqp://user:password@host:port/vhost). Queue "q" is the quorum queue "nightshift.q".
std::unique_ptr<Transport> rabbitmq_transport(const std::string& url);

}  // namespace nightshift::queue
