// Business time: the hours in which somebody is there. Pure arithmetic over working hours of a week, days that are
// different, and a time zone; exact across changes of the clocks. Values: any thread may use one.
//
//   const BusinessTime office(*core::time::Zone::find("Europe/Paris"), {{0, 540, 1020}});  // Mondays, 9:00 to 17:00
//   office.add(friday_evening, 2h);          // Monday, 11:00
//   office.elapsed(friday, tuesday);         // 8h
//   office.next_opening(friday_evening);     // Monday, 9:00
//
// A shift begins at the first moment its day's clocks reach `from`, and ends at the first moment they reach `to`: a
// time that the clocks skip is the moment after the gap, one they show twice is the first. A shift from 22:00 to 6:00
// belongs to the day it begins on, is 7 hours long in the night that loses one, and 9 in the night that gains one.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/error/error.h"
#include "core/time/zone.h"

namespace nightshift::domain::calendars {

using core::time::Instant;
using Span = std::chrono::microseconds;

/// Minutes after midnight; `to` not after `from`: on the next day. 1440 is midnight at the end.
struct Hours {
    int from, to;
};
struct Shift {
    int weekday;  ///< 0: Monday
    int from, to;
};
/// Days since 1970 that don't follow the week: the hours of that day, none on a holiday.
using Exceptions = std::map<std::int64_t, std::vector<Hours>>;

/// Nothing is ever open within the next twenty years: no moment is the answer.
class NoOpenHours : public core::Error {
public:
    NoOpenHours();
};

class BusinessTime {
public:
    /// Around the clock: an hour is an hour.
    BusinessTime() = default;
    BusinessTime(core::time::Zone zone, const std::vector<Shift>& week, Exceptions exceptions = {});

    /// The moment at which `span` of business time has passed since `from`: the end of the day rather than the
    /// beginning of the next. Throws NoOpenHours.
    Instant add(Instant from, Span span) const;
    /// Business time between the two; zero when `to` is not after `from`.
    Span elapsed(Instant from, Instant to) const;
    /// `at` itself while it is open. Throws NoOpenHours.
    Instant next_opening(Instant at) const;
    bool is_open(Instant at) const;

private:
    struct Stretch {
        Instant begin, end;
    };
    /// Every open stretch that ends after `from`, in order, until `each` returns false or twenty years are over.
    template <class Each>
    void walk(Instant from, Each&& each) const;
    const std::vector<Hours>& hours_of(std::int64_t day) const;

    std::optional<core::time::Zone> zone_;  ///< none: around the clock
    std::vector<std::vector<Hours>> week_{7};
    Exceptions exceptions_;
};

}  // namespace nightshift::domain::calendars
