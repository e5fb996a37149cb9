#include <date/tz.h>

#include <algorithm>
#include <bit>

#include "core/error/error.h"
#include "core/time/cron_rule.h"

namespace nightshift::core::time {
namespace {

using namespace std::chrono;

constexpr std::int64_t kDaySeconds = 86400;
constexpr std::int64_t kHorizon = 7258118400;  // 2200-01-01

/// The lowest allowed value >= from, or -1.
int next_bit(std::uint64_t bits, int from) {
    if (from > 63) return -1;
    const auto rest = bits >> static_cast<unsigned>(from);
    return rest == 0 ? -1 : from + std::countr_zero(rest);
}

unsigned days_in(year_month month) {
    return static_cast<unsigned>((month / last).day());
}

/// The working day (Monday to Friday) nearest to `target`, within the same month.
unsigned nearest_workday(year_month month, unsigned target) {
    const auto length = days_in(month);
    target = std::min(target, length);
    const auto wd = weekday{sys_days{month / day{target}}}.c_encoding();
    if (wd == 6) return target > 1 ? target - 1 : target + 2;
    if (wd == 0) return target < length ? target + 1 : target - 2;
    return target;
}

/// The first allowed time of day at or after `from` seconds, or -1.
std::int64_t next_time_of_day(const Cron::Rule& rule, std::int64_t from) {
    int h = static_cast<int>(from / 3600), m = static_cast<int>(from / 60 % 60), s = static_cast<int>(from % 60);
    for (int hour = next_bit(rule.hours, h); hour >= 0; hour = next_bit(rule.hours, hour + 1)) {
        if (hour > h) m = s = 0;
        for (int minute = next_bit(rule.minutes, m); minute >= 0; minute = next_bit(rule.minutes, minute + 1)) {
            if (minute > m || hour > h) s = 0;
            const int second = next_bit(rule.seconds, s);
            if (second >= 0) return hour * 3600 + minute * 60 + second;
        }
    }
    return -1;
}

const date::time_zone& native(const Zone& zone) {
    return *static_cast<const date::time_zone*>(zone.native());
}

std::int64_t seconds_of(Instant moment) {
    return floor<seconds>(moment).time_since_epoch().count();
}
Instant instant(std::int64_t unix_seconds) {
    return Instant(seconds(unix_seconds));
}

/// Follows the wall clock: within one offset local time runs evenly; what a gap leaves out is skipped, what a fold
/// repeats happens twice.
std::optional<Instant> next_by_wall(const Cron::Rule& rule, std::int64_t from, const Zone& zone) {
    while (from < kHorizon) {
        const auto info = native(zone).get_info(date::sys_seconds(seconds(from)));
        const auto wall = rule.next_wall(from + info.offset.count());
        if (!wall) return std::nullopt;
        const auto found = *wall - info.offset.count();
        if (found < info.end.time_since_epoch().count()) return instant(found);
        from = info.end.time_since_epoch().count();
    }
    return std::nullopt;
}

/// A fixed time's instant: in a gap the first valid one after it, in a fold the first pass.
std::int64_t resolve(std::int64_t wall, const Zone& zone) {
    const auto info = native(zone).get_info(date::local_seconds(seconds(wall)));
    if (info.result == date::local_info::nonexistent) return info.first.end.time_since_epoch().count();
    return wall - info.first.offset.count();
}

std::optional<Instant> next_fixed(const Cron::Rule& rule, std::int64_t from, const Zone& zone) {
    // Start two days early: an instant after `from` may belong to an earlier wall clock time (gaps of a whole day
    // exist: Apia 2011).
    auto wall =
        rule.next_wall(from + native(zone).get_info(date::sys_seconds(seconds(from))).offset.count() - 2 * kDaySeconds);
    while (wall && *wall < kHorizon) {
        const auto found = resolve(*wall, zone);
        if (found >= from) return instant(found);
        wall = rule.next_wall(*wall + 1);
    }
    return std::nullopt;
}

}  // namespace

bool Cron::Rule::matches(year_month_day date) const {
    const auto d = static_cast<unsigned>(date.day());
    const year_month month{date.year(), date.month()};
    const auto by_day = [&] {
        if ((days >> d & 1U) != 0) return true;
        if (last_day && d == days_in(month)) return true;
        if (last_workday && d == nearest_workday(month, 31)) return true;
        for (unsigned n = 1; nearest >> n != 0 && n < 32; ++n)
            if ((nearest >> n & 1U) != 0 && n <= days_in(month) && d == nearest_workday(month, n)) return true;
        return false;
    };
    const auto by_weekday = [&] {
        const auto wd = weekday{sys_days{date}}.c_encoding();
        if ((weekdays >> wd & 1U) != 0) return true;
        if ((nth >> (wd * 6U + (d - 1) / 7 + 1) & 1U) != 0) return true;
        return (last_weekdays >> wd & 1U) != 0 && d + 7 > days_in(month);
    };
    if (any_day && any_weekday) return true;
    if (any_day) return by_weekday();
    if (any_weekday) return by_day();
    return by_day() || by_weekday();
}

std::optional<std::int64_t> Cron::Rule::next_wall(std::int64_t from) const {
    auto day = floor<std::chrono::days>(sys_seconds(std::chrono::seconds(from)));
    auto rest = from - day.time_since_epoch().count() * kDaySeconds;
    while (day.time_since_epoch().count() * kDaySeconds < kHorizon) {
        const year_month_day date{day};
        if ((months >> static_cast<unsigned>(date.month()) & 1U) == 0) {
            day = sys_days{(year_month{date.year(), date.month()} + std::chrono::months{1}) / std::chrono::day{1}};
            rest = 0;
            continue;
        }
        if (matches(date))
            if (const auto time = next_time_of_day(*this, rest); time >= 0)
                return day.time_since_epoch().count() * kDaySeconds + time;
        day += std::chrono::days{1};
        rest = 0;
    }
    return std::nullopt;
}

Cron Cron::parse(std::string_view expression, std::string_view seed) {
    Cron cron;
    cron.rule_ = std::make_shared<const Rule>(parse_rule(expression, seed));
    return cron;
}

std::optional<Instant> Cron::next(Instant after, const Zone& zone) const {
    const auto from = seconds_of(after) + 1;
    if (rule_->every.count() > 0) {
        const auto span = rule_->every.count();
        return instant((from + span - 1) / span * span);
    }
    return rule_->names_one_hour ? next_fixed(*rule_, from, zone) : next_by_wall(*rule_, from, zone);
}

std::vector<Instant> Cron::next(Instant after, const Zone& zone, std::size_t count) const {
    std::vector<Instant> fires;
    for (auto fire = next(after, zone); fire && fires.size() < count; fire = next(*fire, zone)) fires.push_back(*fire);
    return fires;
}

/// Looks back over spans that double until one holds a fire, then walks forward to the last.
std::optional<Instant> Cron::previous(Instant moment, const Zone& zone) const {
    constexpr hours kFurthest{24 * 366 * 60};
    for (auto span = std::chrono::duration_cast<seconds>(minutes{2}); span < kFurthest; span *= 2) {
        auto found = next(moment - span, zone);
        if (!found || *found > moment) continue;
        for (auto later = next(*found, zone); later && *later <= moment; later = next(*later, zone)) found = later;
        return found;
    }
    return std::nullopt;
}

std::optional<Zone> Zone::find(std::string_view name) {
    try {
        return Zone(date::locate_zone(std::string(name)));
    } catch (const std::exception&) {  // the library's way to say that there is none
        return std::nullopt;
    }
}

std::string Zone::suggest(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& zone : date::get_tzdb().zones) names.push_back(zone.name());
    return suggestion(name, names.data(), names.data() + names.size());
}

std::string in_zone(Instant moment, const Zone& zone) {
    return date::format("%Y-%m-%d %H:%M:%S %Ez %Z", date::make_zoned(&native(zone), floor<seconds>(moment)));
}

std::string_view Zone::name() const {
    return static_cast<const date::time_zone*>(zone_)->name();
}

}  // namespace nightshift::core::time
