#include "core/limit/buckets.h"

#include <algorithm>
#include <cmath>

namespace nightshift::core::limit {
namespace {

std::chrono::seconds whole_seconds(double seconds) {
    return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(seconds)));
}

}  // namespace

Buckets::Buckets(BucketSettings settings, Clock now) : settings_(settings), now_(std::move(now)) {}

Buckets::Order::iterator Buckets::find(std::string_view key, std::chrono::steady_clock::time_point now) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        order_.splice(order_.begin(), order_, found->second);
        return order_.begin();
    }
    if (order_.size() >= std::max<std::size_t>(settings_.remembered, 1)) {
        by_key_.erase(order_.back().key);
        order_.pop_back();
    }
    order_.push_front({std::string(key), static_cast<double>(settings_.per_minute), now});
    by_key_.emplace(order_.front().key, order_.begin());
    return order_.begin();
}

Taken Buckets::take(std::string_view key) {
    if (settings_.per_minute == 0) return {};
    const double most = settings_.per_minute, rate = most / 60;
    const auto now = now_();
    const std::lock_guard lock(mutex_);
    auto& bucket = *find(key, now);
    bucket.tokens = std::min(most, bucket.tokens + rate * std::chrono::duration<double>(now - bucket.at).count());
    bucket.at = now;
    Taken taken{.allowed = bucket.tokens >= 1, .limit = settings_.per_minute};
    if (taken.allowed) bucket.tokens -= 1;
    taken.left = static_cast<std::uint32_t>(bucket.tokens);
    taken.full_again = whole_seconds((most - bucket.tokens) / rate);
    if (!taken.allowed) taken.wait = std::max(std::chrono::seconds(1), whole_seconds((1 - bucket.tokens) / rate));
    return taken;
}

std::size_t Buckets::remembered() const {
    const std::lock_guard lock(mutex_);
    return order_.size();
}

}  // namespace nightshift::core::limit
