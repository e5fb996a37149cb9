#include "queue/completer.h"

#include <algorithm>

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
        items_.push_back({{run.id, run.epoch, std::move(result), run.series}, run.incarnation});
    }
    signal_.notify_one();
}

std::size_t Completer::waiting() const {
    const std::lock_guard lock(mutex_);
    auto count = items_.size();
    for (const auto& [incarnation, runs] : writing_) count += runs.size();
    return count;
}

void Completer::add_held(std::set<std::string>& ids) const {
    const std::lock_guard lock(mutex_);
    for (const auto& item : items_) ids.insert(item.run.id);
    for (const auto& [incarnation, runs] : writing_)
        for (const auto& run : runs) ids.insert(run.id);
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
            writing_.clear();
            signal_.wait(lock, stop, [this] { return !items_.empty(); });
            if (items_.empty()) return;  // asked to stop, and nothing is left
            if (items_.size() <= kMostAtOnce) {
                batch.swap(items_);
            } else {
                const auto middle = items_.begin() + kMostAtOnce;
                batch.assign(std::make_move_iterator(items_.begin()), std::make_move_iterator(middle));
                items_.erase(items_.begin(), middle);
            }
            for (auto& item : batch) writing_[item.incarnation].push_back(std::move(item.run));
        }
        write();
    }
}

/// A finish may be repeated blindly: it is fenced, and what is finished already matches no row.
void Completer::write() {
    const auto give_up = std::chrono::steady_clock::now() + 2 * context_.settings.lease;
    for (const auto& [incarnation, runs] : writing_) {
        while (!try_write(runs, incarnation)) {
            if (context_.leaving || std::chrono::steady_clock::now() > give_up) break;  // found or rescued later
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
        }
    }
}

/// False: not now, try again.
bool Completer::try_write(const std::vector<Finished>& runs, const std::string& incarnation) {
    try {
        std::vector<std::string> woken;
        core::fail_point("complete.before_commit");
        const auto accepted = finish_many(context_.sure, runs, incarnation, woken);
        core::fail_point("complete.after_commit");
        if (accepted < runs.size())
            core::log::warn("run.fenced",
                            {{"runs", std::to_string(runs.size() - accepted)}, {"incarnation", incarnation}});
        count(runs, accepted);
        if (!woken.empty()) context_.wake(woken);
        return true;
    } catch (const core::Error& problem) {
        core::log::warn("finish.failed", {{"runs", std::to_string(runs.size())}, {"error", problem.what()}});
        if (problem.again()) return false;
        if (runs.size() == 1) return refuse(runs.front(), incarnation, problem);
        // One of them can't be written: it must not hold up the others.
        return std::ranges::all_of(runs, [&](const Finished& run) { return try_write({run}, incarnation); });
    } catch (const std::exception& problem) {
        core::log::warn("finish.failed", {{"runs", std::to_string(runs.size())}, {"error", problem.what()}});
        return false;
    }
}

/// Which ones were fenced off is not asked: it is rare, and the log has how many.
void Completer::count(const std::vector<Finished>& runs, std::size_t accepted) {
    std::map<const RunSeries*, std::size_t> counts;
    for (const auto& run : runs) ++counts[run.series];
    for (const auto& [series, total] : counts) {
        const auto ours = std::min(accepted, total);
        context_.metrics.ended(series, "succeeded", ours);
        context_.metrics.ended(series, "fenced", total - ours);
        accepted -= ours;
    }
}

/// A result that PostgreSQL will never take, such as one with a NUL in a text: no other try would end better.
bool Completer::refuse(const Finished& run, const std::string& incarnation, const core::Error& problem) {
    static constexpr Kind kAny{.name = "any", .doc = ""};
    Claimed claimed;
    claimed.id = run.id;
    claimed.epoch = run.epoch;
    claimed.incarnation = incarnation;
    try {
        settle(context_.sure, claimed, kAny, Outcome{Permanent{"bad_result", problem.what()}}, {});
        context_.metrics.ended(run.series, "dead");
        return true;
    } catch (const core::Error& again) {
        core::log::warn("settle.failed", {{"run", run.id}, {"error", again.what()}});
        return false;
    }
}

}  // namespace nightshift::queue
