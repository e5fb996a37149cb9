#include "queue/completer.h"

#include <algorithm>
#include <map>

#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/log/log.h"

namespace nightshift::queue {
namespace {
constexpr std::size_t kMostAtOnce = 1000;
}

void Completer::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void Completer::finish(const Claimed& run, std::string result) {
    {
        const std::lock_guard lock(mutex_);
        items_.push_back({{run.id, run.epoch, std::move(result)}, run.incarnation});
    }
    signal_.notify_one();
}

std::size_t Completer::waiting() const {
    const std::lock_guard lock(mutex_);
    return items_.size() + writing_;
}

void Completer::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

void Completer::work(const std::stop_token& stop) {
    for (;;) {
        std::vector<Item> batch;
        {
            std::unique_lock lock(mutex_);
            writing_ = 0;
            signal_.wait(lock, stop, [this] { return !items_.empty(); });
            if (items_.empty()) return;  // asked to stop, and nothing is left
            if (items_.size() <= kMostAtOnce) {
                batch.swap(items_);
            } else {
                const auto middle = items_.begin() + kMostAtOnce;
                batch.assign(std::make_move_iterator(items_.begin()), std::make_move_iterator(middle));
                items_.erase(items_.begin(), middle);
            }
            writing_ = batch.size();
        }
        write(std::move(batch));
    }
}

/// A finish may be repeated blindly: it is fenced, and what is finished already matches no row.
void Completer::write(std::vector<Item> batch) {
    std::map<std::string, std::vector<Finished>> by_incarnation;
    for (auto& item : batch) by_incarnation[item.incarnation].push_back(std::move(item.run));
    const auto give_up = std::chrono::steady_clock::now() + 2 * context_.settings.lease;
    for (const auto& [incarnation, runs] : by_incarnation) {
        for (;;) {
            try {
                std::vector<std::string> woken;
                core::fail_point("complete.before_commit");
                const auto accepted = finish_many(context_.sure, runs, incarnation, woken);
                core::fail_point("complete.after_commit");
                if (accepted < runs.size())
                    core::log::warn("run.fenced",
                                    {{"runs", std::to_string(runs.size() - accepted)}, {"incarnation", incarnation}});
                if (!woken.empty()) context_.wake(woken);
                break;
            } catch (const std::exception& problem) {
                core::log::warn("finish.failed", {{"runs", std::to_string(runs.size())}, {"error", problem.what()}});
                if (std::chrono::steady_clock::now() > give_up) break;  // rescued elsewhere by now
                std::this_thread::sleep_for(std::chrono::milliseconds(200));
            }
        }
    }
}

}  // namespace nightshift::queue
