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
        for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    }
    ~Crew() {
        {
            const std::lock_guard lock(mutex_);
            is_over_ = true;
        }
        signal_.notify_all();
        threads_.clear();
    }
    /// False when the queue is full.
    bool take(std::function<void()> task) {
        bool rests = false;
        {
            const std::lock_guard lock(mutex_);
            if (tasks_.size() >= limit_) return false;
            tasks_.push_back(std::move(task));
            rests = resting_ > 0;
        }
        if (rests) signal_.notify_one();  // those who work look again by themselves
        return true;
    }
    std::size_t queued() const {
        const std::lock_guard lock(mutex_);
        return tasks_.size();
    }
    std::size_t busy() const { return busy_; }

private:
    void work() {
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock lock(mutex_);
                ++resting_;
                signal_.wait(lock, [this] { return is_over_ || !tasks_.empty(); });
                --resting_;
                if (tasks_.empty()) return;
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
            ++busy_;
            task();
            --busy_;
        }
    }
    std::size_t limit_;
    mutable std::mutex mutex_;  // guards tasks_, resting_ and is_over_
    std::condition_variable signal_;
    std::deque<std::function<void()>> tasks_;
    std::size_t resting_ = 0;
    bool is_over_ = false;
    std::atomic<std::size_t> busy_{0};
    std::vector<std::jthread> threads_;
};

}  // namespace nightshift::core::http
