// What the parts of one engine share.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/pg/pg.h"
#include "queue/engine.h"
#include "queue/metrics.h"

namespace nightshift::queue {

struct Context {
    explicit Context(EngineSettings from)
        : settings(std::move(from)),
          registry(settings.metrics ? settings.metrics : std::make_shared<core::metrics::Registry>()),
          metrics(*registry),
          pool({.url = settings.database_url, .size = settings.slots + 8, .name = "nightshift"}),
          quick(
              {.url = settings.database_url, .size = 6, .name = "nightshift-quick", .relaxed = true, .by_index = true}),
          sure({.url = settings.database_url, .size = 4, .name = "nightshift-sure", .by_index = true}) {}

    EngineSettings settings;
    std::shared_ptr<core::metrics::Registry> registry;
    Metrics metrics;
    core::pg::Pool pool;   ///< for handlers and everything that is not on the hot path
    core::pg::Pool quick;  ///< commits may be lost in a crash of PostgreSQL and are made again: admissions, claims
    core::pg::Pool sure;   ///< commits are durable: finishes of the engine's own
    std::atomic<bool> draining{false};
    std::atomic<bool> leaving{false};  ///< the time to drain is over: nothing is tried again
    /// The lease is fresh enough to take on new work; set by the heartbeat.
    std::atomic<bool> may_claim{false};
    std::atomic<bool> database_up{false};
    std::atomic<bool> broker_up{false};
    std::function<void(const std::vector<std::string>&)> wake = [](const auto&) {};

    std::string incarnation() const {
        const std::lock_guard lock(mutex_);
        return incarnation_;
    }
    void become(std::string incarnation) {
        const std::lock_guard lock(mutex_);
        incarnation_ = std::move(incarnation);
    }

private:
    mutable std::mutex mutex_;  // guards incarnation_
    std::string incarnation_;
};

}  // namespace nightshift::queue
