#include "domain/sla/measure.h"

#include <algorithm>
#include <cmath>

namespace nightshift::domain::sla {
namespace {

constexpr int kMostRepeats = 100;

/// The phases of the clock: those of the job, ended by the first response.
std::vector<Phase> phases_of(Metric metric, const Facts& facts, Instant now) {
    std::vector<Phase> phases;
    for (const auto& phase : facts.phases)
        if (phase.since <= now) phases.push_back(phase);
    if (metric == Metric::first_response && facts.responded && *facts.responded <= now && !phases.empty()) {
        const auto at = std::max(*facts.responded, phases.front().since);
        std::erase_if(phases, [&](const Phase& phase) { return phase.since >= at; });
        phases.push_back({at, Effect::done});
    }
    return phases;
}

/// A first response is given once; a resolution that is taken back goes on, or starts anew.
struct Cycle {
    std::size_t first = 0;
    int number = 1;
};

Cycle latest_cycle(Metric metric, const std::vector<Phase>& phases, Reopening reopening) {
    Cycle cycle;
    if (metric == Metric::first_response || reopening == Reopening::goes_on) return cycle;
    for (std::size_t i = 1; i < phases.size(); ++i)
        if (phases[i - 1].effect == Effect::done && phases[i].effect != Effect::done) cycle = {i, cycle.number + 1};
    return cycle;
}

class Counting {
public:
    Counting(Measured& clock, const Terms& terms) : clock_(clock), terms_(terms) {}
    /// Business time from `from` to `to` is used; notes when the budget is.
    void run(Instant from, Instant to) {
        const auto length = terms_.calendar->elapsed(from, to);
        if (!clock_.due && clock_.used + length >= terms_.budget && length > Span::zero())
            clock_.due = terms_.calendar->add(from, terms_.budget - clock_.used);
        clock_.used += length;
    }
    void pause(Instant from, std::optional<Instant> to) {
        if (!clock_.pauses.empty() && clock_.pauses.back().to == from)
            clock_.pauses.back().to = to;
        else
            clock_.pauses.push_back({from, to});
    }

private:
    Measured& clock_;
    const Terms& terms_;
};

std::optional<Instant> used_up(const Terms& terms, Instant from, Span left) {
    try {
        return terms.calendar->add(from, std::max(left, Span::zero()));
    } catch (const calendars::NoOpenHours&) {
        return {};
    }
}

void settle_last(Measured& clock, const Terms& terms, Effect effect, Instant since) {
    switch (effect) {
        case Effect::runs:
            clock.running_from = since;
            clock.due = clock.due ? clock.due : used_up(terms, since, terms.budget - clock.used);
            break;
        case Effect::pauses:
            clock.paused = clock.pauses.empty() ? since : clock.pauses.back().from;
            break;
        case Effect::done:
            clock.stopped = since;
            clock.due = clock.due ? clock.due : used_up(terms, since, terms.budget - clock.used);
            break;
        case Effect::cancelled:
            clock.cancelled = since;
            break;
    }
}

}  // namespace

Measured measure(Metric metric, const Facts& facts, const Terms& terms, Instant now) {
    Measured clock;
    if (facts.phases.empty()) return clock;
    const auto phases = phases_of(metric, facts, now);
    const auto [first, number] = latest_cycle(metric, phases, terms.reopening);
    clock.started = phases.empty() ? facts.phases.front().since : phases[first].since;
    clock.cycle = number;
    Counting counting(clock, terms);
    for (std::size_t i = first; i < phases.size(); ++i) {
        const auto& [since, effect] = phases[i];
        const bool is_last = i + 1 == phases.size();
        // What was answered, or done before it was answered, stays answered.
        if (is_last || (metric == Metric::first_response && effect == Effect::done)) {
            if (effect == Effect::pauses) counting.pause(since, {});
            settle_last(clock, terms, effect, since);
            break;
        }
        if (effect == Effect::runs)
            counting.run(since, phases[i + 1].since);
        else
            counting.pause(since, phases[i + 1].since);
    }
    const auto until = clock.stopped ? *clock.stopped : clock.cancelled ? *clock.cancelled : clock.paused.value_or(now);
    if (clock.due && (*clock.due < until || (clock.running_from && *clock.due <= now))) clock.breached = clock.due;
    return clock;
}

double share_of(Span used, Span budget) {
    return static_cast<double>(used.count()) * 100.0 / static_cast<double>(budget.count());
}

Span used_by(const Measured& clock, const BusinessTime& calendar, Instant now) {
    return clock.running_from ? clock.used + calendar.elapsed(*clock.running_from, now) : clock.used;
}

std::optional<Instant> reaches(const Measured& clock, const Terms& terms, int share) {
    const auto wanted = Span(terms.budget.count() * share / 100);
    if (!clock.running_from) return {};
    return used_up(terms, *clock.running_from, wanted - clock.used);
}

int Thresholds::times_after(double share) const {
    return static_cast<int>(std::floor(std::min(share - warn_at.back(), 1e6) / repeat_every));
}

std::vector<int> Thresholds::reached(double share) const {
    std::vector<int> all;
    for (const int percent : warn_at)
        if (share >= percent) all.push_back(percent);
    if (repeat_every > 0 && !warn_at.empty() && share >= warn_at.back() + repeat_every)
        all.push_back(warn_at.back() + std::min(kMostRepeats, times_after(share)) * repeat_every);
    return all;
}

std::optional<int> Thresholds::next(double share) const {
    for (const int percent : warn_at)
        if (share < percent) return percent;
    if (repeat_every <= 0 || warn_at.empty()) return {};
    const int times = times_after(share) + 1;
    return times > kMostRepeats ? std::nullopt : std::optional(warn_at.back() + times * repeat_every);
}

}  // namespace nightshift::domain::sla
