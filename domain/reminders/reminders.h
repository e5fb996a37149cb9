// Reminders: who is told of what is due, overdue, waiting or still running, once each, when they may be disturbed.
//
//   const auto swept = reminders::sweep(tx, organization, run.now());   // finds, holds back, tells
//
// The ledger's key (rule, subject, person, occurrence) is why nobody is told twice, whoever sweeps at the same time and
// dies when; everything happens in the caller's transaction. docs/how-to/remind-people.md
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"
#include "core/time/time.h"
#include "core/time/zone.h"

namespace nightshift::domain::reminders {

struct Swept {
    std::size_t found = 0;          ///< new ones, told or held back
    std::size_t told = 0;           ///< of them and of those held before
    std::size_t for_digest = 0;     ///< wait for their reader's digest
    std::size_t withdrawn = 0;      ///< were true no longer when they could be told
    std::size_t snoozes_over = 0;   ///< jobs that somebody had put off until now
    std::size_t notifications = 0;  ///< written: many of one rule for one person are one
};
Swept sweep(core::pg::Transaction& tx, const std::string& organization, core::time::Instant now);

/// The digests whose hour has come in their reader's zone: one a person and local day. Returns how many were told.
struct Digested {
    std::size_t looked_at = 0, told = 0;
};
Digested digest(core::pg::Transaction& tx, const std::string& organization, core::time::Instant now);

/// One reminder that is due, with what its words need.
struct Reminder {
    std::string rule_id, subject_id, user_id, occurrence;
    std::string rule, trigger, roles;
    std::string job_id, key, title;
    std::optional<core::time::Instant> job_due = {};
    std::string zone;  ///< of the reader
    std::string status;
    core::time::Instant since;           ///< of what waits or runs
    std::string worker_id, worker_name;  ///< of a timer
};

/// "Due today at 15:00: JOB-12 Replace the pump", in the reader's time.
std::string title_of(const Reminder& reminder, core::time::Instant now);
/// "today at 15:00", "tomorrow at 09:00", "on 2026-11-24 at 09:00" as the clocks of that zone show it.
std::string when_in(core::time::Instant moment, core::time::Instant now, const std::string& zone);

}  // namespace nightshift::domain::reminders
