// The inside of Cron: one bit set a field, the specials of the day fields beside them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/time/cron.h"

namespace nightshift::core::time {

struct Cron::Rule {
    std::uint64_t seconds = 1, minutes = 0;  // bit n: n is allowed
    std::uint32_t hours = 0, days = 0, months = 0, weekdays = 0;
    std::uint32_t nearest = 0;                    // bit n: nW
    std::uint64_t nth = 0;                        // bit weekday * 6 + k: weekday#k
    std::uint32_t last_weekdays = 0;              // bit n: nL
    bool last_day = false, last_workday = false;  // L, LW
    bool any_day = false, any_weekday = false;    // * or ?
    bool names_one_hour = false;                  // fixed time: fires once on each date, whatever the clocks do
    std::chrono::seconds every{0};                // @every: elapsed time, anchored at the epoch

    /// Bit n: the n-th of this month.
    std::uint32_t days_of(std::chrono::year_month month) const;
    /// The first matching wall-clock time from `from` on, in seconds since 1970 as if the wall clock were UTC; months
    /// that begin at `until` or later are not looked at.
    std::optional<std::int64_t> next_wall(std::int64_t from, std::int64_t until = kHorizon) const;

    static constexpr std::int64_t kHorizon = 7258118400;  // 2200-01-01
};

/// Throws CronError.
Cron::Rule parse_rule(std::string_view expression, std::string_view seed);

}  // namespace nightshift::core::time
