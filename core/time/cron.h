// Cron rules: 5 or 6 fields (seconds first), names, lists, ranges, steps, L W # ?, @daily..., @every 15m, stable spread
// H. DST (DESIGN 3): a rule that names one hour fires once on each date: in a gap at the first valid instant after it,
// in a fold on the first pass. A rule with several hours or a star in minute or hour follows the wall clock. Both day
// fields given: either matches.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time/zone.h"

namespace nightshift::core::time {

/// Why an expression was refused, and the 1-based column of it.
struct CronProblem {
    std::size_t column;
    std::string expected;
};

class Cron {
public:
    /// `seed` spreads H stably (a schedule's id). Throws CronError with the problem.
    static Cron parse(std::string_view expression, std::string_view seed = {});
    /// The first fire strictly after `after`; nothing when there is none before 2200.
    std::optional<Instant> next(Instant after, const Zone& zone) const;
    std::vector<Instant> next(Instant after, const Zone& zone, std::size_t count) const;
    /// What the clocks did to this fire: in a gap, in a fold, after a gap that left one out. Mostly nothing.
    std::string why(Instant fire, const Zone& zone) const;
    /// The last fire at or before `moment`.
    std::optional<Instant> previous(Instant moment, const Zone& zone) const;

    struct Rule;

private:
    std::shared_ptr<const Rule> rule_;
};

class CronError : public std::exception {
public:
    explicit CronError(CronProblem problem);
    const char* what() const noexcept override { return text_.c_str(); }
    const CronProblem& problem() const { return problem_; }

private:
    CronProblem problem_;
    std::string text_;
};

}  // namespace nightshift::core::time
