#include "domain/calendars/business_time.h"

#include <algorithm>

#include "core/time/time.h"

namespace nightshift::domain::calendars {
namespace {

using core::time::kDaySeconds;
using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr std::int64_t kHorizonDays = 20 * 366;

std::int64_t unix_seconds(Instant moment) {
    return std::chrono::floor<seconds>(moment.time_since_epoch()).count();
}

Instant instant(std::int64_t second) {
    return Instant(seconds(second));
}

std::int64_t floor_days(std::int64_t second) {
    return (second >= 0 ? second : second - kDaySeconds + 1) / kDaySeconds;
}

/// 1970-01-01 was a Thursday.
std::size_t weekday_of(std::int64_t day) {
    return static_cast<std::size_t>(((day + 3) % 7 + 7) % 7);
}

void in_order(std::vector<Hours>& hours) {
    std::ranges::sort(hours, {}, &Hours::from);
}

}  // namespace

NoOpenHours::NoOpenHours() : core::Error(core::Code::rule, "calendar: expected open hours, there are none ahead") {}

BusinessTime::BusinessTime(core::time::Zone zone, const std::vector<Shift>& week, Exceptions exceptions)
    : zone_(zone), exceptions_(std::move(exceptions)) {
    for (const auto& shift : week) week_[static_cast<std::size_t>(shift.weekday)].push_back({shift.from, shift.to});
    for (auto& hours : week_) in_order(hours);
    for (auto& [day, hours] : exceptions_) in_order(hours);
}

const std::vector<Hours>& BusinessTime::hours_of(std::int64_t day) const {
    const auto found = exceptions_.find(day);
    return found == exceptions_.end() ? week_[weekday_of(day)] : found->second;
}

template <class Each>
void BusinessTime::walk(Instant from, Each&& each) const {
    const auto second = unix_seconds(from);
    // Yesterday's shift may still be running; the day before is for clocks that jump by a day.
    const auto first = floor_days(second + zone_->at(second).offset) - 2;
    auto reached = Instant::min();  // shifts may overlap: no moment is counted twice
    for (auto day = first; day < first + kHorizonDays; ++day)
        for (const auto& [opens, closes] : hours_of(day)) {
            const auto midnight = day * kDaySeconds;
            const auto end_minute = closes > opens ? closes : closes + 1440;
            const auto begin = std::max(instant(zone_->local(midnight + opens * 60L).first), reached);
            const auto end = instant(zone_->local(midnight + end_minute * 60L).first);
            if (end <= begin) continue;
            reached = end;
            if (end > from && !each(Stretch{std::max(begin, from), end})) return;
        }
}

Instant BusinessTime::add(Instant from, Span span) const {
    if (!zone_ || span <= Span::zero()) return from + std::max(span, Span::zero());
    std::optional<Instant> found;
    auto left = duration_cast<Instant::duration>(span);
    walk(from, [&](const Stretch& open) {
        const auto length = open.end - open.begin;
        if (length >= left) found = open.begin + left;
        left -= length;
        return !found;
    });
    if (!found) throw NoOpenHours();
    return *found;
}

Span BusinessTime::elapsed(Instant from, Instant to) const {
    if (to <= from) return Span::zero();
    if (!zone_) return duration_cast<Span>(to - from);
    Instant::duration sum{};
    walk(from, [&](const Stretch& open) {
        if (open.begin < to) sum += std::min(open.end, to) - open.begin;
        return open.end < to;
    });
    return duration_cast<Span>(sum);
}

Instant BusinessTime::next_opening(Instant at) const {
    if (!zone_) return at;
    std::optional<Instant> found;
    walk(at, [&](const Stretch& open) {
        found = open.begin;
        return false;
    });
    if (!found) throw NoOpenHours();
    return *found;
}

bool BusinessTime::is_open(Instant at) const {
    try {
        return next_opening(at) == at;
    } catch (const NoOpenHours&) {
        return false;
    }
}

}  // namespace nightshift::domain::calendars
