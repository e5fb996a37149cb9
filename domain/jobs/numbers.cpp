#include "domain/jobs/numbers.h"

#include <utility>

#include "domain/jobs/sql.h"

namespace nightshift::domain::jobs {
namespace {

/// A number's commit need not reach the disk by itself: that of the job which bears it comes later, and takes it along.
core::pg::PoolSettings for_numbers(core::pg::PoolSettings settings) {
    settings.size = 1;
    settings.name += "-numbers";
    settings.relaxed = true;
    return settings;
}

}  // namespace

Numbers::Numbers(const core::pg::PoolSettings& of) : pool_(for_numbers(of)) {}
Numbers::~Numbers() = default;

std::int64_t Numbers::next(const std::string& organization, const std::string& prefix) {
    const auto name = organization + prefix;
    Ask mine;
    std::unique_lock lock(mutex_);
    lines_[name].asks.push_back(&mine);
    changed_.wait(lock, [&] { return mine.is_done || !lines_[name].is_served; });
    if (!mine.is_done) {
        lines_[name].is_served = true;
        const auto asks = std::exchange(lines_[name].asks, {});
        lock.unlock();
        serve(organization, prefix, asks);
        lock.lock();
        for (auto* ask : asks) ask->is_done = true;
        lines_[name].is_served = false;
        changed_.notify_all();
    }
    if (const auto line = lines_.find(name);
        line != lines_.end() && line->second.asks.empty() && !line->second.is_served)
        lines_.erase(line);
    if (mine.problem) std::rethrow_exception(mine.problem);
    return mine.number;
}

/// Each of them has a number or a problem afterwards.
void Numbers::serve(const std::string& organization, const std::string& prefix, const std::vector<Ask*>& asks) {
    try {
        auto number = core::pg::once(pool_, sql::job_numbers, organization, prefix, asks.size()).number(0, 0);
        for (auto ask = asks.rbegin(); ask != asks.rend(); ++ask) (*ask)->number = number--;
    } catch (...) {
        for (auto* ask : asks) ask->problem = std::current_exception();
    }
}

}  // namespace nightshift::domain::jobs
