#include "core/time/wall_clock.h"

namespace nightshift::core::time {

Zone zone_or_utc(std::string_view name) {
    const auto known = Zone::find(name);
    return known ? *known : Zone::find("UTC").value();
}

std::string wall_clock(Instant moment, const Zone& zone) {
    constexpr std::size_t kToMinutes = 16;
    return in_zone(moment, zone).substr(0, kToMinutes);
}

std::string wall_clock(Instant moment, std::string_view zone) {
    return wall_clock(moment, zone_or_utc(zone));
}

}  // namespace nightshift::core::time
