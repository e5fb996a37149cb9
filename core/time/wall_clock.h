// What the clock on somebody's wall shows, wherever they say they are.
#pragma once

#include <string>
#include <string_view>

#include "core/time/zone.h"

namespace nightshift::core::time {

/// The zone of that name; UTC for one that the IANA database has not, or not any more.
Zone zone_or_utc(std::string_view name);

/// To the minute: 2026-03-29 03:00
std::string wall_clock(Instant moment, const Zone& zone);
std::string wall_clock(Instant moment, std::string_view zone);

}  // namespace nightshift::core::time
