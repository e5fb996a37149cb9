// The threads that run handlers, and the bounded queue before them: beyond it a request is refused instead of waiting
// for ever.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace nightshift::core::http {

class Crew {
public:
    Crew(std::size_t threads, std::size_t limit) : limit_(limit) {
        for (std::size_t i = 0; i < threads; ++i)
            threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
    ~Crew() {
        for (auto& thread : threads_) thread.request_stop();
        threads_.clear();
    }
    /// False when the queue is full.
    bool take(std::function<void()> task) {
        {
            const std::lock_guard lock(mutex_);
            if (tasks_.size() >= limit_) return false;
            tasks_.push_back(std::move(task));
        }
        signal_.notify_one();
        return true;
    }
    std::size_t queued() const {
        const std::lock_guard lock(mutex_);
        return tasks_.size();
    }
    std::size_t busy() const { return busy_; }

private:
    void work(const std::stop_token& stop) {
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock lock(mutex_);
                if (!signal_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
            ++busy_;
            task();
            --busy_;
        }
    }
    std::size_t limit_;
    mutable std::mutex mutex_;  // guards tasks_
    std::condition_variable_any signal_;
    std::deque<std::function<void()>> tasks_;
    std::atomic<std::size_t> busy_{0};
    std::vector<std::jthread> threads_;
};

}  // namespace nightshift::core::http
