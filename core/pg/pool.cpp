#include <condition_variable>
#include <deque>
#include <mutex>

#include "core/error/error.h"
#include "core/pg/session.h"

namespace nightshift::core::pg {

struct Pool::Impl {
    PoolSettings settings;
    mutable std::mutex mutex;  // guards all below
    std::condition_variable freed;
    std::deque<std::unique_ptr<Session>> idle;
    PoolState state;
};

Pool::Pool(PoolSettings settings) : impl_(std::make_unique<Impl>()) {
    impl_->settings = std::move(settings);
    impl_->state.size = impl_->settings.size;
}

Pool::~Pool() = default;

Lease Pool::acquire() {
    auto& self = *impl_;
    std::unique_lock lock(self.mutex);
    ++self.state.waiting;
    const bool free =
        self.freed.wait_for(lock, self.settings.wait, [&] { return self.state.in_use < self.settings.size; });
    --self.state.waiting;
    if (!free)
        throw Error(Code::unavailable, "database pool \"" + self.settings.name + "\": all " +
                                           std::to_string(self.settings.size) +
                                           " connections are in use; try again, or raise database.pool");
    ++self.state.in_use;
    if (!self.idle.empty()) {
        auto session = std::move(self.idle.back());
        self.idle.pop_back();
        return {*this, std::move(session)};
    }
    lock.unlock();
    try {
        auto session = std::make_unique<Session>(self.settings);
        lock.lock();
        ++self.state.open;
        return {*this, std::move(session)};
    } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        --self.state.in_use;
        ++self.state.failures;
        lock.unlock();
        self.freed.notify_one();
        translate(nullptr, "connect to PostgreSQL");
    }
}

PoolState Pool::state() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->state;
}

const PoolSettings& Pool::settings() const {
    return impl_->settings;
}

Lease::Lease(Pool& pool, std::unique_ptr<Session> session) : pool_(&pool), session_(std::move(session)) {}
Lease::Lease(Lease&&) noexcept = default;

Lease::~Lease() {
    if (!session_) return;
    auto& self = *pool_->impl_;
    std::deque<std::unique_ptr<Session>> dead;  // closed outside the lock
    {
        const std::lock_guard lock(self.mutex);
        --self.state.in_use;
        if (session_->broken() || !session_->link().is_open()) {
            // One broken link mostly means the server went away: the idle ones are suspect too.
            ++self.state.failures;
            self.state.open -= 1 + self.idle.size();
            dead.swap(self.idle);
            dead.push_back(std::move(session_));
        } else {
            self.idle.push_back(std::move(session_));
        }
    }
    self.freed.notify_one();
}

}  // namespace nightshift::core::pg
