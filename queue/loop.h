// Every periodic duty has this shape: a thread that turns, says how long it may rest, can be woken, and never gives up.
// A turn that throws is logged and tried again after a pause that doubles up to five seconds.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace nightshift::queue {

class Loop {
public:
    /// Does one piece of the duty and returns how long to rest before the next.
    using Turn = std::function<std::chrono::milliseconds()>;

    Loop(std::string name, Turn turn);
    ~Loop();
    void start();
    /// Ends the present rest at once.
    void wake();
    /// Waits for the turn under way.
    void stop();
    const std::string& name() const { return name_; }
    /// Time since the last turn began or ended; for the watchdog.
    std::chrono::milliseconds stalled() const;

private:
    void run(const std::stop_token& stop);
    void rest(const std::stop_token& stop, std::chrono::milliseconds limit);

    std::string name_;
    Turn turn_;
    std::atomic<std::chrono::steady_clock::time_point> moved_{std::chrono::steady_clock::now()};
    std::mutex mutex_;  // guards woken_
    std::condition_variable_any signal_;
    bool woken_ = false;
    std::jthread thread_;
};

}  // namespace nightshift::queue
