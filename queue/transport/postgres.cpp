#include "queue/transport/postgres.h"

#include <algorithm>
#include <map>

#include "queue/frontier.h"
#include "queue/sql.h"

namespace nightshift::queue {
namespace {

constexpr std::size_t kRunsPerHint = 32;  // read for each hint that a worker asks for

/// What publishers and consumers of one process share.
struct Bell {
    std::mutex mutex;  // guards rung
    std::condition_variable signal;
    std::uint64_t rung = 0;
};

class PostgresPublisher final : public Publisher {
public:
    PostgresPublisher(core::pg::Pool& pool, std::shared_ptr<Bell> bell) : pool_(pool), bell_(std::move(bell)) {}

    void publish(std::span<const Hint> hints) override {
        if (hints.empty()) return;
        runs_per_hint_ = std::max<std::size_t>(hints.front().items.size(), 1);
        {
            const std::lock_guard lock(bell_->mutex);
            ++bell_->rung;
        }
        bell_->signal.notify_all();
    }

    std::size_t backlog(const std::string& queue) override {
        // Counted in hints of the size that the dispatcher uses now, as the other transport does, and no further than
        // it wants to know.
        constexpr std::size_t kMany = 8;
        const auto rows = core::pg::once(pool_, sql::dispatched_backlog, queue, kMany * runs_per_hint_);
        return (static_cast<std::size_t>(rows.number(0, 0)) + runs_per_hint_ - 1) / runs_per_hint_;
    }

private:
    core::pg::Pool& pool_;
    std::size_t runs_per_hint_ = 1;
    std::shared_ptr<Bell> bell_;
};

class PostgresConsumer final : public Consumer {
public:
    PostgresConsumer(core::pg::Pool& pool, std::shared_ptr<Bell> bell, std::vector<std::string> queues)
        : pool_(pool), bell_(std::move(bell)), queues_(std::move(queues)) {}

    std::vector<Delivery> receive(std::size_t most, std::chrono::milliseconds wait) override {
        constexpr std::chrono::milliseconds kLook{100};
        const auto until = std::chrono::steady_clock::now() + wait;
        for (;;) {
            const auto heard = rung();
            auto found = look(most);
            const auto now = std::chrono::steady_clock::now();
            if (!found.empty() || now >= until) return found;
            std::unique_lock lock(bell_->mutex);
            bell_->signal.wait_until(lock, std::min(until, now + kLook), [&] { return bell_->rung != heard; });
        }
    }

    void acknowledge(std::uint64_t) override {}
    void close() override {}

private:
    std::uint64_t rung() {
        const std::lock_guard lock(bell_->mutex);
        return bell_->rung;
    }

    std::vector<Delivery> look(std::size_t most) {
        const auto now = std::chrono::steady_clock::now();
        const auto rows = core::pg::once(pool_, sql::dispatched, queues_, std::max<std::size_t>(most, 1) * kRunsPerHint,
                                         frontier_.back(now));
        frontier_.reached(now, rows.empty() ? 0 : rows.real(0, 3));
        std::map<std::string, Hint> by_queue;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string queue(rows.text(i, 0));
            auto& hint = by_queue[queue];
            hint.queue = queue;
            hint.items.push_back({std::string(rows.text(i, 1)), static_cast<int>(rows.number(i, 2))});
        }
        std::vector<Delivery> deliveries;
        for (auto& [queue, hint] : by_queue) deliveries.push_back({std::move(hint), ++tag_});
        return deliveries;
    }

    core::pg::Pool& pool_;
    std::shared_ptr<Bell> bell_;
    std::vector<std::string> queues_;
    Frontier frontier_;
    std::uint64_t tag_ = 0;
};

class PostgresTransport final : public Transport {
public:
    explicit PostgresTransport(core::pg::Pool& pool) : pool_(pool) {}
    std::string_view name() const override { return "postgres"; }
    std::unique_ptr<Publisher> publisher(const std::vector<std::string>&) override {
        return std::make_unique<PostgresPublisher>(pool_, bell_);
    }
    std::unique_ptr<Consumer> consumer(const std::vector<std::string>& queues, std::uint16_t) override {
        return std::make_unique<PostgresConsumer>(pool_, bell_, queues);
    }

private:
    core::pg::Pool& pool_;
    std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
};

}  // namespace

std::unique_ptr<Transport> postgres_transport(core::pg::Pool& pool) {
    return std::make_unique<PostgresTransport>(pool);
}

}  // namespace nightshift::queue
