#include "queue/verify.h"

#include "core/error/error.h"
#include "queue/sql.h"

namespace nightshift::queue {
namespace {

namespace json = core::json;
using core::pg::Result;
using core::pg::Transaction;

constexpr Invariant kInvariants[] = {
    {"accepted_exist", "A run that a tick or an answer promised exists, live or ended.", Given::since,
     sql::verify_accepted_exist},
    {"live_or_ended", "A run is live or ended, never both, and ends once.", Given::since, sql::verify_live_or_ended},
    {"runs_accounted", "What was submitted adds up to what is live and what ended.", Given::nothing,
     sql::verify_runs_accounted},
    {"states_in_place", "Live rows are in live states and archived rows in final ones.", Given::since,
     sql::verify_states_in_place},
    {"success_was_run", "What succeeded was claimed and run by somebody.", Given::since, sql::verify_success_was_run},
    {"one_owner", "A run has an owner exactly while it runs.", Given::nothing, sql::verify_one_owner},
    {"attempts_fenced", "No stale attempt's result is taken.", Given::since, sql::verify_attempts_fenced},
    {"attempts_apart", "The attempts of a run never overlap, and follow their epochs.", Given::since,
     sql::verify_attempts_apart},
    {"attempts_counted", "No run is tried more often than it may be.", Given::since, sql::verify_attempts_counted},
    {"progress_fenced", "Progress belongs to an attempt that was begun.", Given::nothing, sql::verify_progress_fenced},
    {"endings_told", "A run that did not end well has an event that says why.", Given::since, sql::verify_endings_told},
    {"dead_grouped", "Every dead run is counted in a dead group.", Given::since, sql::verify_dead_grouped},
    {"redrives_linked", "A redriven run's source says so.", Given::since, sql::verify_redrives_linked},
    {"unique_keys_once", "A unique key has one live run.", Given::nothing, sql::verify_unique_keys_once},
    {"limits_kept", "No concurrency limit is exceeded.", Given::nothing, sql::verify_limits_kept},
    {"dependencies_tied", "A waiting run waits for live runs that know of it.", Given::nothing,
     sql::verify_dependencies_tied},
    {"lanes_known", "Every waiting run stands in a lane the dispatcher knows.", Given::nothing,
     sql::verify_lanes_known},
    {"organizations_apart", "Nothing ties the rows of two organizations.", Given::nothing,
     sql::verify_organizations_apart},
    {"ticks_once", "A tick of a schedule makes one run, or says why none.", Given::since, sql::verify_ticks_once},
    {"scheduled_have_ticks", "A scheduled run has the tick that made it.", Given::since,
     sql::verify_scheduled_have_ticks},
    {"cursors_ahead", "A schedule's cursor is past every settled tick.", Given::nothing, sql::verify_cursors_ahead},
    {"orphans_rescued", "Runs of a lost process are taken back.", Given::grace, sql::verify_orphans_rescued},
    {"ready_moves", "Ready runs start while a worker has free slots.", Given::grace, sql::verify_ready_moves},
    {"dispatched_moves", "Hinted runs are claimed or hinted again.", Given::grace, sql::verify_dispatched_moves},
    {"due_promoted", "Scheduled runs become ready when they are due.", Given::grace, sql::verify_due_promoted},
    {"schedules_tick", "Schedules fire when they are due.", Given::grace, sql::verify_schedules_tick},
};

json::object object_of(const Result& rows, std::size_t row) {
    json::object object;
    for (std::size_t column = 0; column < rows.columns(); ++column) {
        auto& field = object[rows.column_name(column)];
        if (!rows.is_null(row, column)) field = rows.text(row, column);
    }
    return object;
}

std::vector<core::pg::Value> given(Transaction& tx, Given what, const VerifySettings& settings) {
    switch (what) {
        case Given::nothing:
            return {};
        case Given::since:
            return {tx.run(sql::verify_horizon, static_cast<long long>(settings.since.count())).text(0, 0)};
        case Given::grace:
            return {static_cast<long long>(settings.grace.count())};
    }
    return {};
}

void look(core::pg::Pool& pool, Checked& checked, const VerifySettings& settings) {
    auto lease = pool.acquire();
    Transaction tx(lease);
    // The cursor's rows are all read, or nearly: it is to be planned for that, not for a quick first row.
    tx.execute("set transaction isolation level repeatable read, read only; set local cursor_tuple_fraction = 1");
    const auto& invariant = *checked.invariant;
    tx.stream(invariant.broken, given(tx, invariant.given, settings), settings.most_rows + 1,
              [&](const Result& rows, std::size_t row) {
                  checked.has_more = checked.rows.size() == settings.most_rows;
                  if (!checked.has_more) checked.rows.emplace_back(object_of(rows, row));
                  return !checked.has_more;
              });
}

}  // namespace

std::span<const Invariant> invariants() {
    return kInvariants;
}

std::vector<Checked> verify(core::pg::Pool& pool, const VerifySettings& settings) {
    std::vector<Checked> all;
    for (const auto& invariant : kInvariants) {
        auto& checked = all.emplace_back(Checked{.invariant = &invariant});
        const auto began = std::chrono::steady_clock::now();
        try {
            look(pool, checked, settings);
        } catch (const core::Error& problem) {
            if (problem.code() == core::Code::database || problem.code() == core::Code::unavailable) throw;
            checked.problem = problem.what();
        }
        checked.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    }
    return all;
}

}  // namespace nightshift::queue
