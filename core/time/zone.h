// Time zones of the system's IANA database, read from its files (TZif, RFC 9636) with the POSIX rule in their footer
// applied beyond the last change they list, so that 2090 has summers too. Loaded once, kept for good; thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightshift::core::time {

using Instant = std::chrono::system_clock::time_point;

class Zone {
public:
    /// A stretch of one offset: from `begin` until before `end`, in unix seconds.
    struct Span {
        std::int64_t begin, end;
        std::int32_t offset;  ///< local time minus UTC, in seconds
        bool is_dst;
        std::string_view abbreviation;
    };
    enum class Times { never, once, twice };
    /// A wall clock time: how often the clocks show it, and the unix second of it. In a gap that is the first valid one
    /// after it, in a fold the first pass.
    struct Local {
        Times times;
        std::int64_t first;
    };
    struct Data;

    /// Nothing when the IANA database has no such zone.
    static std::optional<Zone> find(std::string_view name);
    /// Every name there is, sorted.
    static std::vector<std::string> names();
    /// What is wrong with a name, and which were meant; "" for one that find() knows.
    static std::string problem(std::string_view name);
    /// `"; did you mean ..."` for an unknown name.
    static std::string suggest(std::string_view name);

    std::string_view name() const;
    Span at(std::int64_t unix_seconds) const;
    /// `wall`: seconds since 1970 as if the wall clock were UTC.
    Local local(std::int64_t wall) const;
    /// The furthest that the wall clock has shown before this unix second.
    std::int64_t furthest_before(std::int64_t unix_seconds) const;

private:
    explicit Zone(const Data* data) : data_(data) {}
    const Data* data_;
};

/// Local time with offset and abbreviation: 2026-03-29 03:00:00 +02:00 CEST
std::string in_zone(Instant moment, const Zone& zone);

}  // namespace nightshift::core::time
