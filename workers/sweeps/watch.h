// Starts the sweeps at the moment there is something for them: looks, once a second or when the next moment comes, at
// the first entry of their indexes. Any number of processes may watch: a sweep that waits or runs is not started again.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/pg/pg.h"
#include "queue/loop.h"

namespace nightshift::workers::sweeps {

class Watch {
public:
    using Wake = std::function<void(const std::vector<std::string>& queues)>;

    Watch(core::pg::Pool& pool, Wake wake);
    void start() { loop_.start(); }
    void stop() { loop_.stop(); }
    std::chrono::milliseconds stalled() const { return loop_.stalled(); }
    /// Starts what is due, now by the database's clock or then; says how long there is nothing to do.
    std::chrono::milliseconds run_once(std::optional<std::chrono::system_clock::time_point> then = {});

private:
    core::pg::Pool& pool_;
    Wake wake_;
    queue::Loop loop_;
};

}  // namespace nightshift::workers::sweeps
