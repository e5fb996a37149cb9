// What an organization promises: its policies in order, with the statuses they count by. Loaded for a batch, in whose
// transaction it lives: a calendar is read when the first job needs it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"
#include "domain/calendars/calendars.h"
#include "domain/sla/measure.h"

namespace nightshift::domain::sla {

/// What is done when a threshold is reached.
struct Step {
    int at;                           ///< per cent; holds until the next step's
    std::vector<std::string> notify;  ///< assignee, team_lead, manager
    bool raise_priority = false;
    std::string reassign_to;  ///< "", team_lead, manager, or the id of a user
    std::string webhook;      ///< "", or the id of one that hears of it
};

struct Policy {
    std::string id, name, job_type, job_priority, department;  ///< the last three "": any
    std::string calendar;                                      ///< "": around the clock
    std::optional<Span> first_response, resolution;
    Thresholds thresholds;
    std::optional<std::set<std::string>> pauses_in;  ///< none: statuses say so themselves
    Reopening reopening;
    std::vector<Step> steps;
    std::optional<Instant> active_since;

    std::optional<Span> budget(Metric metric) const {
        return metric == Metric::first_response ? first_response : resolution;
    }
    /// The step that holds at this threshold; null where there is none.
    const Step* step_at(int percent) const;
};

/// A job as clocks see it, and its clocks as they stand.
struct Subject {
    struct Stored {
        std::string id, metric;
        int cycle;
        int muted;  ///< per cent; what was passed before anything was promised
        std::optional<Instant> stopped;
        std::set<int> fired;
    };
    struct Move {
        Instant at;
        std::string from, to;  ///< from "": it was made in `to`
    };
    std::string id, key, job_type, job_priority, department, status;
    Instant created;
    std::optional<Instant> completed, deleted, responded, scheduled_end, due;
    std::vector<Move> moves;
    std::vector<Stored> stored;
};

std::vector<Subject> subjects(core::pg::Transaction& tx, const std::string& organization,
                              const std::vector<std::string>& jobs);

class Promises {
public:
    /// The active ones; or one, active or not.
    Promises(core::pg::Transaction& tx, const std::string& organization, const std::string& only = {});
    /// The first that is about this job; null: nothing is promised.
    const Policy* about(const Subject& job) const;
    const Policy* find(std::string_view id) const;
    const std::vector<Policy>& all() const { return policies_; }
    const BusinessTime& calendar(std::string_view id) const;
    Facts facts(const Subject& job, const Policy& policy) const;
    Terms terms(const Policy& policy, Span budget) const {
        return {budget, &calendar(policy.calendar), policy.reopening};
    }

private:
    struct Status {
        std::string category;
        bool pauses;
    };
    Effect effect(const std::string& status, const Policy& policy) const;
    std::vector<Policy> policies_;
    std::map<std::string, Status, std::less<>> statuses_;
    core::pg::Transaction& tx_;
    std::string organization_;
    mutable std::map<std::string, std::optional<BusinessTime>, std::less<>> calendars_;
};

std::string_view name_of(Metric metric);
inline constexpr Metric kMetrics[] = {Metric::first_response, Metric::resolution};

}  // namespace nightshift::domain::sla
