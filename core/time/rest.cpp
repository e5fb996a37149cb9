#include "core/time/rest.h"

#include <condition_variable>
#include <mutex>

namespace nightshift::core::time {

bool rest_until(const std::stop_token& stop, std::chrono::steady_clock::time_point moment) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_until(lock, stop, moment, [] { return false; });
    return stop.stop_requested();
}

}  // namespace nightshift::core::time
