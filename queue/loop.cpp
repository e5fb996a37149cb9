#include "queue/loop.h"

#include <algorithm>

#include "core/log/log.h"

namespace nightshift::queue {

using std::chrono::milliseconds;

Loop::Loop(std::string name, Turn turn) : name_(std::move(name)), turn_(std::move(turn)) {}
Loop::~Loop() {
    stop();
}

void Loop::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Loop::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    signal_.notify_one();
}

void Loop::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

milliseconds Loop::stalled() const {
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - moved_.load());
}

void Loop::run(const std::stop_token& stop) {
    constexpr milliseconds kFirstPause{100}, kLongestPause{5000};
    auto pause = kFirstPause;
    while (!stop.stop_requested()) {
        moved_ = std::chrono::steady_clock::now();
        try {
            const auto limit = turn_();
            moved_ = std::chrono::steady_clock::now();
            pause = kFirstPause;
            rest(stop, limit);
        } catch (const std::exception& problem) {
            core::log::warn("loop.failed",
                            {{"loop", name_}, {"error", problem.what()}, {"retry_ms", std::to_string(pause.count())}});
            moved_ = std::chrono::steady_clock::now();
            rest(stop, pause);
            pause = std::min(pause * 2, kLongestPause);
        }
    }
}

void Loop::rest(const std::stop_token& stop, milliseconds limit) {
    std::unique_lock lock(mutex_);
    signal_.wait_for(lock, stop, limit, [this] { return woken_; });
    woken_ = false;
}

}  // namespace nightshift::queue
