#include <mutex>

#include "core/amqp/amqp.h"
#include "core/error/error.h"
#include "core/log/log.h"
#include "queue/transport/dropped.h"
#include "queue/transport/transport.h"

namespace nightshift::queue {
namespace {

using core::amqp::Link;
using core::amqp::Message;
using std::chrono::steady_clock;

std::string broker_name(const std::string& queue) {
    return "nightshift." + queue;
}

/// A link that the broker blocks is kept until it doesn't: it would notice a close only then, and a new link for each
/// try would pile up there for as long as the alarm lasts.
class Parking {
public:
    void keep(std::unique_ptr<Link> link) {
        const std::lock_guard lock(mutex_);
        link_ = std::move(link);
    }
    /// Throws Error(broker) while the broker blocks us still.
    void check() {
        const std::lock_guard lock(mutex_);
        if (!link_) return;
        try {
            link_->serve();
        } catch (const core::Error&) {  // it is gone, and with it what we knew
            link_.reset();
            return;
        }
        if (!link_->blocked().empty()) throw core::Error(core::Code::broker, "RabbitMQ: " + link_->blocked());
        link_.reset();
    }

private:
    std::mutex mutex_;  // guards link_
    std::unique_ptr<Link> link_;
};

class RabbitPublisher final : public Publisher {
public:
    RabbitPublisher(const std::string& url, const std::vector<std::string>& queues, std::shared_ptr<Parking> parking,
                    std::shared_ptr<core::amqp::Tally> tally)
        : parking_(std::move(parking)) {
        parking_->check();
        link_ = std::make_unique<Link>(url);
        link_->count_in(std::move(tally));
        for (const auto& queue : queues) link_->declare_quorum_queue(broker_name(queue));
    }
    ~RabbitPublisher() override {
        if (link_ && !link_->blocked().empty()) parking_->keep(std::move(link_));
    }
    void publish(std::span<const Hint> hints) override {
        std::vector<std::pair<std::string, std::string>> messages;
        messages.reserve(hints.size());
        for (const auto& hint : hints) messages.emplace_back(broker_name(hint.queue), encode(hint));
        link_->publish(messages);
    }
    std::size_t backlog(const std::string& queue) override {
        serve();  // a broker that blocks us would not answer
        return link_->depth(broker_name(queue));
    }
    void serve() override {
        link_->serve();
        if (!link_->blocked().empty()) throw core::Error(core::Code::broker, "RabbitMQ: " + link_->blocked());
    }

private:
    std::shared_ptr<Parking> parking_;
    std::unique_ptr<Link> link_;
};

class RabbitConsumer final : public Consumer {
public:
    RabbitConsumer(const std::string& url, std::vector<std::string> queues, std::uint16_t prefetch)
        : link_(url), queues_(std::move(queues)), prefetch_(prefetch) {
        for (const auto& queue : queues_) link_.declare_quorum_queue(broker_name(queue));
        consume();
    }

    std::vector<Delivery> receive(std::size_t most, std::chrono::milliseconds wait) override {
        std::vector<Delivery> deliveries;
        for (const auto& message : link_.receive(most, wait)) deliveries.push_back({hint_of(message), message.tag});
        return deliveries;
    }

    /// Each change costs a few round trips a queue: only for a real difference, and not in a hurry.
    void widen(std::uint16_t prefetch) override {
        constexpr auto kAtMostEvery = std::chrono::seconds(1);
        if (prefetch < 2 * prefetch_ || steady_clock::now() - changed_ < kAtMostEvery) return;
        prefetch_ = prefetch;
        consume();
    }

    void acknowledge(std::uint64_t tag) override { link_.acknowledge(tag); }
    void close() override {}

private:
    void consume() {
        changed_ = steady_clock::now();
        for (const auto& queue : queues_) link_.consume(broker_name(queue), prefetch_);
    }

    /// What names no run of this queue is acknowledged with the rest and forgotten: an empty hint.
    static Hint hint_of(const Message& message) {
        if (message.size > core::amqp::kLongestBody) {
            drop_hint(Fault::oversized, message.queue,
                      "expected at most " + std::to_string(core::amqp::kLongestBody) + " bytes", message.size);
            return {};
        }
        try {
            auto hint = decode(message.body);
            if (broker_name(hint.queue) == message.queue) return hint;
            drop_hint(Fault::foreign, message.queue, "it names the queue " + hint.queue, message.size);
        } catch (const core::Error& problem) {
            drop_hint(Fault::malformed, message.queue, problem.what(), message.size);
        }
        return {};
    }

    Link link_;
    std::vector<std::string> queues_;
    std::uint16_t prefetch_;
    steady_clock::time_point changed_{};
};

class RabbitTransport final : public Transport {
public:
    explicit RabbitTransport(std::string url) : url_(std::move(url)) {}
    std::string_view name() const override { return "rabbitmq"; }
    TransportState state() const override {
        return {.published = tally_->published,
                .confirmed = tally_->confirmed,
                .refused = tally_->refused,
                .blocked = tally_->blocked};
    }
    std::unique_ptr<Publisher> publisher(const std::vector<std::string>& queues) override {
        return std::make_unique<RabbitPublisher>(url_, queues, parking_, tally_);
    }
    std::unique_ptr<Consumer> consumer(const std::vector<std::string>& queues, std::uint16_t prefetch) override {
        return std::make_unique<RabbitConsumer>(url_, queues, prefetch);
    }

private:
    std::string url_;
    std::shared_ptr<Parking> parking_ = std::make_shared<Parking>();
    std::shared_ptr<core::amqp::Tally> tally_ = std::make_shared<core::amqp::Tally>();
};

}  // namespace

std::unique_ptr<Transport> rabbitmq_transport(const std::string& url) {
    return std::make_unique<RabbitTransport>(url);
}

}  // namespace nightshift::queue
