// Token buckets by key, in bounded memory: so many a minute, all of them at once if nothing was taken before. The key
// that asked longest ago is forgotten when there are too many; it starts again with a full bucket.
//
//   Buckets buckets({.per_minute = 600});
//   if (const auto taken = buckets.take("user:7"); !taken.allowed) ... come back in taken.wait
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace nightshift::core::limit {

struct BucketSettings {
    std::uint32_t per_minute = 600;  ///< 0: no limit
    std::size_t remembered = 50'000;
};

struct Taken {
    bool allowed = true;
    std::uint32_t limit = 0, left = 0;   ///< limit 0: none
    std::chrono::seconds full_again{0};  ///< when the bucket is full again
    std::chrono::seconds wait{0};        ///< until one more is allowed
};

/// Any thread.
class Buckets {
public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;
    explicit Buckets(
        BucketSettings settings, Clock now = [] { return std::chrono::steady_clock::now(); });
    Taken take(std::string_view key);
    std::size_t remembered() const;

private:
    struct Bucket {
        std::string key;
        double tokens;
        std::chrono::steady_clock::time_point at;
    };
    using Order = std::list<Bucket>;
    Order::iterator find(std::string_view key, std::chrono::steady_clock::time_point now);

    BucketSettings settings_;
    Clock now_;
    mutable std::mutex mutex_;                                      // guards below
    Order order_;                                                   // the one that asked last is first
    std::unordered_map<std::string_view, Order::iterator> by_key_;  // views into order_
};

}  // namespace nightshift::core::limit
