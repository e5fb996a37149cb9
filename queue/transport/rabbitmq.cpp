#include <algorithm>

#include "core/amqp/amqp.h"
#include "core/error/error.h"
#include "core/log/log.h"
#include "queue/transport/transport.h"

namespace nightshift::queue {
namespace {

std::string broker_name(const std::string& queue) {
    return "nightshift." + queue;
}

class RabbitPublisher final : public Publisher {
public:
    RabbitPublisher(const std::string& url, const std::vector<std::string>& queues) : link_(url) {
        for (const auto& queue : queues) link_.declare_quorum_queue(broker_name(queue));
    }
    void publish(std::span<const Hint> hints) override {
        std::vector<std::pair<std::string, std::string>> messages;
        messages.reserve(hints.size());
        for (const auto& hint : hints) messages.emplace_back(broker_name(hint.queue), encode(hint));
        link_.publish(messages);
    }
    std::size_t backlog(const std::string& queue) override { return link_.depth(broker_name(queue)); }

private:
    core::amqp::Link link_;
};

class RabbitConsumer final : public Consumer {
public:
    RabbitConsumer(const std::string& url, const std::vector<std::string>& queues, std::uint16_t prefetch)
        : link_(url) {
        for (const auto& queue : queues) {
            link_.declare_quorum_queue(broker_name(queue));
            link_.consume(broker_name(queue), prefetch);
        }
    }

    std::vector<Delivery> receive(std::size_t most, std::chrono::milliseconds wait) override {
        std::vector<Delivery> deliveries;
        for (auto& message : link_.receive(most, wait)) {
            try {
                deliveries.push_back({decode(message.body), message.tag});
            } catch (const core::Error& problem) {  // garbage names no run: acknowledged with the rest and forgotten
                core::log::warn("hint.dropped",
                                {{"error", problem.what()}, {"bytes", std::to_string(message.body.size())}});
                deliveries.push_back({Hint{}, message.tag});
            }
        }
        return deliveries;
    }

    void acknowledge(std::uint64_t tag) override { link_.acknowledge(tag); }
    void close() override {}

private:
    core::amqp::Link link_;
};

class RabbitTransport final : public Transport {
public:
    explicit RabbitTransport(std::string url) : url_(std::move(url)) {}
    std::string_view name() const override { return "rabbitmq"; }
    std::unique_ptr<Publisher> publisher(const std::vector<std::string>& queues) override {
        return std::make_unique<RabbitPublisher>(url_, queues);
    }
    std::unique_ptr<Consumer> consumer(const std::vector<std::string>& queues, std::uint16_t prefetch) override {
        return std::make_unique<RabbitConsumer>(url_, queues, prefetch);
    }

private:
    std::string url_;
};

}  // namespace

std::unique_ptr<Transport> rabbitmq_transport(const std::string& url) {
    return std::make_unique<RabbitTransport>(url);
}

}  // namespace nightshift::queue
