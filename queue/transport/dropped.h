// Messages of the broker's queues that name nothing this process may claim: acknowledged, counted, and told once a
// minute.
#pragma once

#include <cstdint>
#include <string>

namespace nightshift::queue {

enum class Fault : std::uint8_t { malformed, oversized, foreign };

/// Any thread.
void drop_hint(Fault fault, const std::string& queue, const std::string& why, std::uint64_t bytes);

}  // namespace nightshift::queue
