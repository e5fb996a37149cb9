// A clock is what follows from the history of a job and a promise: this is that function, and nothing else. Whatever
// changes (a priority, a holiday added in the past, a status that pauses), asking again gives the exact answer, and the
// same question about jobs of last year is a simulation. docs/explanation/service-levels.md
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/calendars/business_time.h"

namespace nightshift::domain::sla {

using calendars::BusinessTime;
using calendars::Instant;
using calendars::Span;

enum class Metric : std::uint8_t { first_response, resolution };
enum class Reopening : std::uint8_t { goes_on, starts_anew };

/// What a status does to clocks.
enum class Effect : std::uint8_t { runs, pauses, done, cancelled };

struct Phase {
    Instant since;
    Effect effect;
};

/// The history of a job, as far as clocks go.
struct Facts {
    std::vector<Phase> phases;         ///< in order; the first begins with the job
    std::optional<Instant> responded;  ///< the first public comment of somebody else than who asked
};

struct Terms {
    Span budget;
    const BusinessTime* calendar;
    Reopening reopening = Reopening::goes_on;
};

struct Pause {
    Instant from;
    std::optional<Instant> to;
};

struct Measured {
    int cycle = 1;
    Instant started;
    std::vector<Pause> pauses;
    Span used{};                          ///< until `running_from`, or in all
    std::optional<Instant> running_from;  ///< none: it stands still, or has stopped
    std::optional<Instant> paused;        ///< since when it stands still
    std::optional<Instant> stopped;
    std::optional<Instant> due;  ///< when the time is used up, was, or would have been; none: never, as it stands
    std::optional<Instant> breached;
    std::optional<Instant> cancelled;
};

/// What is known at `now`; phases and comments after it have not happened yet.
Measured measure(Metric metric, const Facts& facts, const Terms& terms, Instant now);

/// Per cent of the budget.
double share_of(Span used, Span budget);
/// Business time used by `now`.
Span used_by(const Measured& clock, const BusinessTime& calendar, Instant now);
/// When `share` per cent of the budget is or was used, if it goes on as now; none while it stands still, or never.
std::optional<Instant> reaches(const Measured& clock, const Terms& terms, int share);

/// The thresholds of a promise: per cent of the budget, then every so many after the last.
struct Thresholds {
    std::vector<int> warn_at;
    int repeat_every = 0;  ///< 0: not again

    /// Those that this share of the budget has reached, in order; of the hundred repetitions only the last.
    std::vector<int> reached(double share) const;
    /// The first beyond this share; none: no more.
    std::optional<int> next(double share) const;

private:
    int times_after(double share) const;
};

}  // namespace nightshift::domain::sla
