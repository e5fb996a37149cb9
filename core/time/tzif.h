// The inside of Zone: one file of the IANA database as a list of changes.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time/zone.h"

namespace nightshift::core::time {

/// From `begin` on, this offset.
struct Change {
    std::int64_t begin;
    std::int32_t offset;
    bool is_dst;
    std::string abbreviation;
};

/// Ascending, the first from the beginning of time. Nothing when it is no TZif file, or one that counts leap seconds.
std::optional<std::vector<Change>> parse_tzif(std::string_view bytes);

/// The changes that a POSIX TZ rule ("CET-1CEST,M3.5.0,M10.5.0/3") makes after `after`, up to where Instant ends;
/// the first entry is the rule's standard time, from the beginning of time. Nothing when it is malformed.
std::optional<std::vector<Change>> expand_footer(std::string_view rule, std::int64_t after);

inline constexpr std::int64_t kBeginning = std::numeric_limits<std::int64_t>::min();

}  // namespace nightshift::core::time
