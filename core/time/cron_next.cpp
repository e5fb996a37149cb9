#include <algorithm>
#include <bit>
#include <limits>

#include "core/time/cron_rule.h"
#include "core/time/time.h"

namespace nightshift::core::time {
namespace {

using namespace std::chrono;

constexpr std::int64_t kHorizon = Cron::Rule::kHorizon;

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
        const auto span = zone.at(from);
        const auto wall = rule.next_wall(from + span.offset);
        if (!wall) return std::nullopt;
        const auto found = *wall - span.offset;
        if (found < span.end) return instant(found);
        from = span.end;
    }
    return std::nullopt;
}

/// A fixed time is met when the wall clock first reaches or passes it. So the next one is the first that no clock has
/// shown before `from`.
std::optional<Instant> next_fixed(const Cron::Rule& rule, std::int64_t from, const Zone& zone) {
    if (from >= kHorizon) return std::nullopt;
    const auto wall = rule.next_wall(zone.furthest_before(from) + 1);
    if (!wall) return std::nullopt;
    return instant(zone.local(*wall).first);
}

/// 02:30, or 02:30:15.
std::string clock_text(std::int64_t wall) {
    const hh_mm_ss clock{seconds(wall - floor<days>(seconds(wall)).count() * kDaySeconds)};
    std::string text;
    for (const auto part : {clock.hours().count(), clock.minutes().count(), clock.seconds().count()})
        text += (text.empty() ? "" : ":") + std::string(part < 10 ? "0" : "") + std::to_string(part);
    return clock.seconds().count() == 0 ? text.substr(0, 5) : text;
}

}  // namespace

std::uint32_t Cron::Rule::days_of(year_month month) const {
    const auto length = days_in(month);
    const auto all = static_cast<std::uint32_t>((1ULL << (length + 1)) - 2);
    if ((months >> static_cast<unsigned>(month.month()) & 1U) == 0) return 0;
    if (any_day && any_weekday) return all;
    std::uint32_t found = 0;
    if (!any_day) {
        found = days;
        if (last_day) found |= 1U << length;
        if (last_workday) found |= 1U << nearest_workday(month, 31);
        for (unsigned n = 1; n <= length; ++n)
            if ((nearest >> n & 1U) != 0) found |= 1U << nearest_workday(month, n);
    }
    if (!any_weekday) {
        auto wd = weekday{sys_days{month / day{1}}}.c_encoding();
        for (unsigned d = 1; d <= length; ++d, wd = wd == 6 ? 0 : wd + 1) {
            const bool is_nth = (nth >> (wd * 6U + (d - 1) / 7 + 1) & 1U) != 0;
            const bool is_last = (last_weekdays >> wd & 1U) != 0 && d + 7 > length;
            if (is_nth || is_last || (weekdays >> wd & 1U) != 0) found |= 1U << d;
        }
    }
    return found & all;
}

std::optional<std::int64_t> Cron::Rule::next_wall(std::int64_t from, std::int64_t until) const {
    const auto today = floor<std::chrono::days>(sys_seconds(std::chrono::seconds(from)));
    const year_month_day date{today};
    auto rest = from - today.time_since_epoch().count() * kDaySeconds;
    auto first = static_cast<int>(static_cast<unsigned>(date.day()));
    for (year_month month{date.year(), date.month()};; month += std::chrono::months{1}, first = 1, rest = 0) {
        const auto begin = sys_days{month / day{1}}.time_since_epoch().count() * kDaySeconds;
        if (begin >= until) return std::nullopt;
        const auto found = days_of(month);
        for (int d = next_bit(found, first); d > 0; d = next_bit(found, d + 1)) {
            const auto time = next_time_of_day(*this, d == first ? rest : 0);
            if (time >= 0) return begin + (d - 1) * kDaySeconds + time;
        }
    }
}

Cron Cron::parse(std::string_view expression, std::string_view seed) {
    Cron cron;
    cron.rule_ = std::make_shared<const Rule>(parse_rule(expression, seed));
    return cron;
}

std::optional<Instant> Cron::next(Instant after, const Zone& zone) const {
    const auto from = seconds_of(after) + 1;
    if (rule_->every.count() > 0) {
        const auto span = rule_->every.count(), over = (from % span + span) % span;
        const auto fire = over == 0 ? from : from - over + span;
        return fire < kHorizon ? std::optional(instant(fire)) : std::nullopt;
    }
    return rule_->names_one_hour ? next_fixed(*rule_, from, zone) : next_by_wall(*rule_, from, zone);
}

std::string Cron::why(Instant fire, const Zone& zone) const {
    if (rule_->every.count() > 0) return {};
    const auto second = seconds_of(fire);
    const auto span = zone.at(second);
    const auto wall = second + span.offset;
    // The first time of the rule that the gap before this span left out, if any.
    if (span.begin == std::numeric_limits<std::int64_t>::min()) return {};
    const auto begins = span.begin + span.offset, before = zone.furthest_before(span.begin) + 1;
    const auto lost = before < begins ? rule_->next_wall(before) : std::nullopt;
    const bool after_gap = lost && *lost < begins && rule_->next_wall(begins) >= wall;
    if (after_gap && rule_->names_one_hour && second == span.begin)
        return "in the gap: there is no " + clock_text(*lost) + ", so the first valid instant after it";
    if (after_gap && !rule_->names_one_hour)
        return "after the gap: there is no " + clock_text(*lost) + ", so it is skipped";
    const auto local = zone.local(wall);
    if (local.times != Zone::Times::twice) return {};
    if (rule_->names_one_hour) return "in the fold: first pass of two, once is enough";
    return local.first == second ? "in the fold: first pass of two" : "in the fold: second pass of two";
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

}  // namespace nightshift::core::time
