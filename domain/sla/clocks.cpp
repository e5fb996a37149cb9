#include "domain/sla/clocks.h"

#include <algorithm>

#include "core/text/list.h"
#include "core/time/time.h"
#include "domain/sla/sql.h"

namespace nightshift::domain::sla {
namespace {

namespace json = core::json;

json::value moment_or_null(const std::optional<Instant>& moment) {
    return moment ? json::value(core::time::rfc3339(*moment)) : json::value(nullptr);
}

json::array pauses_of(const Measured& clock) {
    json::array pauses;
    for (const auto& pause : clock.pauses)
        pauses.push_back(json::object{{"from", core::time::rfc3339(pause.from)}, {"to", moment_or_null(pause.to)}});
    return pauses;
}

/// Things are known that happened after this sweep began: the job's own last moment counts then.
Instant not_before(const Facts& facts, Instant now) {
    if (!facts.phases.empty()) now = std::max(now, facts.phases.back().since);
    return facts.responded ? std::max(now, *facts.responded) : now;
}

/// What was used before anything was promised: nobody is told of that.
int muted_percent(Metric metric, const Facts& facts, const Policy& policy, const Terms& terms) {
    if (!policy.active_since || facts.phases.front().since >= *policy.active_since) return 0;
    const auto then = measure(metric, facts, terms, *policy.active_since);
    constexpr double kMost = 1e6;
    return static_cast<int>(
        std::min(kMost, share_of(used_by(then, *terms.calendar, *policy.active_since), terms.budget)));
}

/// When a clock is to be looked at next: now, where a threshold was reached that has not fired.
std::optional<Instant> next_look(const Measured& clock, const Policy& policy, const Terms& terms,
                                 const std::set<int>& fired, int muted, Instant now) {
    if (clock.cancelled || (clock.stopped && !clock.breached)) return {};
    const auto share = share_of(used_by(clock, *terms.calendar, now), terms.budget);
    const auto reached = policy.thresholds.reached(share);
    if (std::ranges::any_of(reached, [&](int percent) { return percent > muted && !fired.contains(percent); }))
        return now;
    const auto next = policy.thresholds.next(share);
    return next ? reaches(clock, terms, *next) : std::nullopt;
}

json::object row_of(const Subject& job, const Policy& policy, Metric metric, const Measured& clock, const Terms& terms,
                    int muted, const std::optional<Instant>& next) {
    return {{"job_id", job.id},
            {"metric", name_of(metric)},
            {"cycle", clock.cycle},
            {"policy_id", policy.id},
            {"calendar_id", policy.calendar.empty() ? json::value(nullptr) : json::value(policy.calendar)},
            {"budget_seconds", std::chrono::duration_cast<std::chrono::seconds>(terms.budget).count()},
            {"started_at", core::time::rfc3339(clock.started)},
            {"due_at", moment_or_null(clock.due)},
            {"running_from", moment_or_null(clock.running_from)},
            {"used_us", clock.used.count()},
            {"muted_percent", muted},
            {"pauses", pauses_of(clock)},
            {"paused_at", moment_or_null(clock.paused)},
            {"stopped_at", moment_or_null(clock.stopped)},
            {"breached_at", moment_or_null(clock.breached)},
            {"cancelled_at", moment_or_null(clock.cancelled)},
            {"next_at", moment_or_null(next)}};
}

class Settling {
public:
    Settling(core::pg::Transaction& tx, const std::string& organization, Instant now)
        : tx_(tx), organization_(organization), promises_(tx, organization), now_(now) {}
    void settle(const Subject& job) {
        const auto* policy = promises_.about(job);
        std::set<std::string> kept;
        if (policy != nullptr)
            for (const auto metric : kMetrics)
                if (const auto budget = policy->budget(metric)) kept.insert(settle(job, *policy, metric, *budget));
        for (const auto& stored : job.stored)
            if (!stored.stopped && !kept.contains(stored.metric + std::to_string(stored.cycle)))
                given_up_.push_back(stored.id);
    }
    void write() {
        if (!rows_.empty()) tx_.run(sql::clocks_write, organization_, json::text(json::value(rows_)));
        if (!given_up_.empty()) tx_.run(sql::clocks_cancel, given_up_, now_);
    }

private:
    /// Which clock it is.
    std::string settle(const Subject& job, const Policy& policy, Metric metric, Span budget) {
        const auto facts = promises_.facts(job, policy);
        const auto terms = promises_.terms(policy, budget);
        const auto now = not_before(facts, now_);
        const auto clock = measure(metric, facts, terms, now);
        auto name = std::string(name_of(metric));
        const auto stored = std::ranges::find_if(
            job.stored, [&](const auto& one) { return one.metric == name && one.cycle == clock.cycle; });
        name += std::to_string(clock.cycle);
        const bool is_new = stored == job.stored.end();
        // A clock that has stopped keeps its verdict, and nobody is promised something about what is over already.
        if (!is_new && stored->stopped && stored->stopped == clock.stopped) return name;
        if (is_new && (clock.cancelled || (clock.stopped && clock.started < now_ - std::chrono::hours(24))))
            return name;
        const int muted = is_new ? muted_percent(metric, facts, policy, terms) : stored->muted;
        const auto next = next_look(clock, policy, terms, is_new ? std::set<int>{} : stored->fired, muted, now);
        rows_.push_back(row_of(job, policy, metric, clock, terms, muted, next));
        return name;
    }

    core::pg::Transaction& tx_;
    const std::string& organization_;
    Promises promises_;
    Instant now_;
    json::array rows_;
    std::vector<std::string> given_up_;
};

std::string_view state_of(const Measured& clock) {
    return clock.cancelled  ? "cancelled"
           : clock.breached ? "breached"
           : clock.stopped  ? "met"
           : clock.paused   ? "paused"
                            : "running";
}

double seconds(Span span) {
    return std::chrono::duration<double>(span).count();
}

/// What comes next if it goes on as now; for one that stands still, if it went on from now.
json::object forecast(const Subject& job, const Measured& clock, const Policy& policy, const Terms& terms,
                      Instant now) {
    auto going = clock;
    if (clock.paused) going.running_from = now;
    const auto due = clock.due ? clock.due : reaches(going, terms, 100);
    json::array ahead;
    const auto share = share_of(used_by(going, *terms.calendar, now), terms.budget);
    for (const int percent : policy.thresholds.warn_at)
        if (percent > share)
            ahead.push_back(json::object{{"percent", percent}, {"at", moment_or_null(reaches(going, terms, percent))}});
    const auto planned = job.scheduled_end ? job.scheduled_end : job.due;
    return {{"due_at", moment_or_null(due)},
            {"thresholds", std::move(ahead)},
            {"planned_end", moment_or_null(planned)},
            {"will_be_met", planned && due ? json::value(*planned <= *due) : json::value(nullptr)}};
}

json::object clock_shown(const Subject& job, const Policy& policy, Metric metric, const Terms& terms,
                         const Measured& clock, Instant now) {
    const auto used = used_by(clock, *terms.calendar, now);
    const bool is_open = !clock.stopped && !clock.cancelled;
    json::array fired;
    for (const auto& stored : job.stored)
        if (stored.metric == name_of(metric) && stored.cycle == clock.cycle)
            for (const int percent : stored.fired) fired.push_back(percent);
    return {{"metric", name_of(metric)},
            {"cycle", clock.cycle},
            {"state", state_of(clock)},
            {"is_paused", clock.paused.has_value()},
            {"started_at", core::time::rfc3339(clock.started)},
            {"due_at", moment_or_null(clock.due)},
            {"stopped_at", moment_or_null(clock.stopped)},
            {"breached_at", moment_or_null(clock.breached)},
            {"budget_seconds", seconds(terms.budget)},
            {"used_seconds", seconds(used)},
            {"remaining_seconds", seconds(terms.budget - used)},
            {"used_percent", share_of(used, terms.budget)},
            {"pauses", pauses_of(clock)},
            {"fired", std::move(fired)},
            {"forecast", is_open ? json::value(forecast(job, clock, policy, terms, now)) : json::value(nullptr)}};
}

}  // namespace

std::size_t settle_touched(core::pg::Transaction& tx, const std::string& organization, Instant now, std::size_t most) {
    tx.run(sql::lock, organization);
    const auto taken = tx.run(sql::touched_take, organization, most);
    const auto jobs = core::text::parts(taken.text(0, 0));
    if (jobs.empty()) return 0;
    Settling settling(tx, organization, now);
    for (const auto& job : subjects(tx, organization, jobs)) settling.settle(job);
    settling.write();
    return static_cast<std::size_t>(taken.number(0, 1));
}

json::object shown(core::pg::Transaction& tx, const std::string& organization, const std::string& job, Instant now) {
    const Promises promises(tx, organization);
    const auto found = subjects(tx, organization, {job});
    const auto* policy = found.empty() ? nullptr : promises.about(found.front());
    if (policy == nullptr) return {{"policy", nullptr}, {"clocks", json::array{}}};
    const auto facts = promises.facts(found.front(), *policy);
    const auto then = not_before(facts, now);
    json::array clocks;
    for (const auto metric : kMetrics)
        if (const auto budget = policy->budget(metric)) {
            const auto terms = promises.terms(*policy, *budget);
            clocks.push_back(
                clock_shown(found.front(), *policy, metric, terms, measure(metric, facts, terms, then), then));
        }
    return {{"policy", json::object{{"id", policy->id}, {"name", policy->name}}}, {"clocks", std::move(clocks)}};
}

}  // namespace nightshift::domain::sla
