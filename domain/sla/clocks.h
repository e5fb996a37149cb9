// Clocks as rows: worked out again when something about their job changed, and looked at when a threshold is reached.
#pragma once

#include <string>
#include <vector>

#include "core/pg/pg.h"
#include "domain/sla/promises.h"

namespace nightshift::domain::sla {

/// Works out the clocks of up to `most` jobs that were touched. How many were taken: as many as asked for when there
/// may be more.
std::size_t settle_touched(core::pg::Transaction& tx, const std::string& organization, Instant now, std::size_t most);

struct Fired {
    std::size_t taken = 0;  ///< clocks looked at: as many as asked for when there may be more
    std::size_t warnings = 0, breaches = 0;
};

/// Fires the thresholds that up to `most` clocks have reached by `now`: each once, with its event, notifications and
/// escalation, in this transaction.
Fired fire_due(core::pg::Transaction& tx, const std::string& organization, Instant now, std::size_t most);

/// The clocks of a job as they are at `now`, worked out on the spot.
core::json::object shown(core::pg::Transaction& tx, const std::string& organization, const std::string& job,
                         Instant now);

/// What a policy would have meant for the jobs made from `from` until before `to`, `most` of them.
core::json::object simulate(core::pg::Transaction& tx, const std::string& organization, const std::string& policy,
                            Instant from, Instant to, std::size_t most);

/// Says what is wrong with the steps of an escalation, or nothing.
std::string check_escalation(const core::json::value& steps);
/// Says what is wrong with a list of thresholds, or nothing.
std::string check_thresholds(const core::json::value& percents);

}  // namespace nightshift::domain::sla
