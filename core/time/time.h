// Clocks and the texts of time. Tests own the clock: code takes one instead of asking the system.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace nightshift::core::time {

inline constexpr std::int64_t kDaySeconds = 86400;

using Clock = std::function<std::chrono::system_clock::time_point()>;

/// RFC 3339, UTC, microseconds: 2026-11-21T05:20:00.000000Z
std::string rfc3339(std::chrono::system_clock::time_point moment);
/// Nothing unless the text is a whole RFC 3339 date-time with an offset (a space or T between, fraction optional) in
/// the years 1678 to 2261: others don't fit into a time_point.
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);

/// "09:30" as minutes since midnight; 24:00 is the end of the day. Nothing for what is no time of day.
std::optional<int> minutes_of_day(std::string_view text);

/// UUID version 7 (RFC 9562): ordered by time, 74 random bits. Thread-safe.
std::string uuid7(std::chrono::system_clock::time_point moment);
std::string uuid7();
bool is_uuid(std::string_view text);

/// In SQL a span is a number of seconds.
constexpr double as_seconds(std::chrono::milliseconds span) {
    return std::chrono::duration<double>(span).count();
}

}  // namespace nightshift::core::time
