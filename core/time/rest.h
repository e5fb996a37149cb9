// Waiting that a request to stop ends at once.
#pragma once

#include <chrono>
#include <stop_token>

namespace nightshift::core::time {

/// Rests until that moment, or until asked to stop; true when asked.
bool rest_until(const std::stop_token& stop, std::chrono::steady_clock::time_point moment);

}  // namespace nightshift::core::time
