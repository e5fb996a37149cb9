// The threads of the door. One of them turns the event loop; when that brings a request and somebody rests, the one
// who rests turns on and the request is answered where it was read: nobody is waited for in between. When nobody rests
// the loop still turns, and requests wait in a bounded queue: beyond it they are refused instead of waiting for ever.
#pragma once

#include <algorithm>
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
    /// `turn` waits for what the event loop has to do and does it; false when the loop has ended. One thread at a time
    /// is in it; `threads` may run tasks beside it.
    Crew(std::size_t threads, std::size_t limit, std::function<bool()> turn)
        : size_(threads + 1), limit_(limit), turn_(std::move(turn)) {}
    ~Crew() {
        {
            const std::lock_guard lock(mutex_);
            is_over_ = true;
        }
        signal_.notify_all();
        threads_.clear();
    }
    void start() {
        for (std::size_t i = 0; i < size_; ++i) threads_.emplace_back([this] { work(); });
    }
    /// From within `turn`. False when the queue is full.
    bool take(std::function<void()> task) {
        const std::lock_guard lock(mutex_);
        if (tasks_.size() >= limit_ + resting_) return false;  // who rests takes one in a moment
        tasks_.push_back(std::move(task));
        return true;
    }
    /// Until the event loop, which was told to stop, has done so.
    void await_end_of_loop() {
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [this] { return has_ended_; });
    }
    std::size_t queued() const {
        const std::lock_guard lock(mutex_);
        return tasks_.size();
    }
    std::size_t busy() const { return busy_; }

private:
    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            ++resting_;
            signal_.wait(lock, [this] { return is_over_ || may_lead() || !tasks_.empty(); });
            --resting_;
            // The last one awake leads before it runs a task: while all run tasks nobody would see what comes.
            if (may_lead() && (tasks_.empty() || resting_ == 0)) lead(lock);
            if (!tasks_.empty())
                run_one(lock);
            else if (is_over_)
                return;
        }
    }
    bool may_lead() const { return !is_led_ && !has_ended_ && !is_over_; }

    /// Turns the loop until there is a task and somebody else to turn it.
    void lead(std::unique_lock<std::mutex>& lock) {
        is_led_ = true;
        while (tasks_.empty() || resting_ == 0) {
            lock.unlock();
            const bool goes_on = turn_();
            lock.lock();
            if (goes_on) continue;
            has_ended_ = true;
            ended_.notify_all();
            break;
        }
        is_led_ = false;
        // One leads, the others take what is more than this thread's own task.
        for (auto i = std::min(resting_, std::max<std::size_t>(tasks_.size(), 1)); i > 0; --i) signal_.notify_one();
    }
    void run_one(std::unique_lock<std::mutex>& lock) {
        auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        ++busy_;
        task();
        task = nullptr;  // what it holds ends here, not under the lock
        --busy_;
        lock.lock();
    }

    std::size_t size_, limit_;
    std::function<bool()> turn_;
    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable signal_, ended_;
    std::deque<std::function<void()>> tasks_;
    std::size_t resting_ = 0;
    bool is_led_ = false, has_ended_ = false, is_over_ = false;
    std::atomic<std::size_t> busy_{0};
    std::vector<std::jthread> threads_;
};

}  // namespace nightshift::core::http
