#include "queue/scheduler.h"

#include <algorithm>
#include <exception>
#include <set>
#include <thread>

#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "core/time/cron.h"
#include "core/time/time.h"
#include "queue/kinds.h"
#include "queue/sql.h"
#include "queue/submit.h"
#include "queue/tick.h"

namespace nightshift::queue {
namespace {

using core::pg::Result;
using core::pg::Transaction;

constexpr int kBatch = 1000;
// Ticks that are due are all written before their runs are handed out: whoever works on those would take the processor
// from what is late already. So long, then others have their turn.
constexpr std::chrono::milliseconds kTogether{500};

struct Batch {
    std::vector<Submission> runs;
    std::vector<std::string> fire_schedules, fire_times, fire_runs, outcomes, reasons;
    std::vector<std::string> cursors, next_times, fired_times, to_cancel;
    std::vector<double> late_seconds;  // of those that fire
};

DueSchedule due_of(const Result& rows, std::size_t i) {
    return {.misfire = std::string(rows.text(i, 8)),
            .misfire_limit = static_cast<int>(rows.number(i, 9)),
            .window = std::chrono::seconds(static_cast<std::int64_t>(rows.real(i, 10))),
            .overlap = std::string(rows.text(i, 11)),
            .next_fire_at = rows.time(i, 12),
            .now = rows.time(i, 13),
            .live = static_cast<int>(rows.number(i, 14)),
            .waiting = static_cast<int>(rows.number(i, 15))};
}

Submission run_of(const Result& rows, std::size_t i, const TickPlan& plan) {
    Submission run;
    run.id = core::time::uuid7();
    run.schedule_id = rows.text(i, 0);
    run.organization = rows.text(i, 1);
    run.kind = rows.text(i, 2);
    run.args = core::json::parse_object(rows.text(i, 3));
    if (!rows.text(i, 4).empty()) run.queue = std::string(rows.text(i, 4));
    if (const auto priority = rows.number(i, 5); priority >= 0) run.priority = static_cast<int>(priority);
    run.origin = "schedule";
    if (plan.one_at_a_time) run.concurrency_key = "schedule:" + run.schedule_id;
    return run;
}

void add(Batch& batch, const Result& rows, std::size_t i) {
    const std::string id(rows.text(i, 0));
    const auto due = due_of(rows, i);
    (void)require_kind(rows.text(i, 2));
    const auto zone = core::time::Zone::find(rows.text(i, 7));
    if (!zone) throw core::Error(core::Code::rule, "schedule " + id + ": its time zone is unknown here");
    const auto plan = plan_tick(due, core::time::Cron::parse(rows.text(i, 6), id), *zone);
    for (const auto& fire : plan.fires) {
        batch.fire_schedules.push_back(id);
        batch.fire_times.push_back(core::time::rfc3339(fire.at));
        batch.outcomes.push_back(fire.outcome);
        batch.reasons.push_back(fire.reason);
        if (fire.outcome == "fired") {
            batch.runs.push_back(run_of(rows, i, plan));
            batch.late_seconds.push_back(std::chrono::duration<double>(due.now - fire.at).count());
        }
        batch.fire_runs.push_back(fire.outcome == "fired" ? batch.runs.back().id : "");
    }
    if (plan.cancel_running) batch.to_cancel.push_back(id);
    batch.cursors.push_back(id);
    batch.next_times.push_back(plan.next ? core::time::rfc3339(*plan.next) : "");
    batch.fired_times.push_back(core::time::rfc3339(plan.fires.empty() ? due.next_fire_at : plan.fires.back().at));
}

/// A schedule that can't be read must not hold up the others: it is set aside with a word in the log.
void add_or_set_aside(Batch& batch, const Result& rows, std::size_t i) {
    try {
        add(batch, rows, i);
    } catch (const std::exception& problem) {
        core::log::error("schedule.unreadable",
                         {{"schedule", std::string(rows.text(i, 0))}, {"error", problem.what()}});
        batch.cursors.emplace_back(rows.text(i, 0));
        batch.next_times.emplace_back();
        batch.fired_times.push_back(core::time::rfc3339(rows.time(i, 12)));
    }
}

/// Leaves out the runs of ticks that had fired before.
void keep_new(Batch& batch, const Result& inserted) {
    if (inserted.size() == batch.fire_times.size()) return;
    core::log::warn("schedule.fired_before", {{"ticks", std::to_string(batch.fire_times.size() - inserted.size())}});
    std::set<std::string> fresh;
    for (std::size_t i = 0; i < inserted.size(); ++i) fresh.emplace(inserted.text(i, 0));
    std::erase_if(batch.runs, [&](const Submission& run) { return !fresh.contains(run.id); });
}

void write(Transaction& tx, Batch& batch) {
    if (!batch.to_cancel.empty()) tx.run(sql::schedule_cancel_running, batch.to_cancel);
    if (!batch.fire_times.empty())
        keep_new(batch, tx.run(sql::schedule_fired, batch.fire_schedules, batch.fire_times, batch.fire_runs,
                               batch.outcomes, batch.reasons));
    submit(tx, batch.runs);
    tx.run(sql::schedule_advance, batch.cursors, batch.next_times, batch.fired_times);
}

std::size_t fire_due(core::pg::Pool& pool, Scheduler::Turned& turned) {
    auto lease = pool.acquire();
    Transaction tx(lease);
    const auto rows = tx.run(sql::schedule_due, kBatch);
    if (rows.empty()) return 0;
    core::fail_point("schedule.due_read");
    Batch batch;
    for (std::size_t i = 0; i < rows.size(); ++i) add_or_set_aside(batch, rows, i);
    write(tx, batch);
    core::fail_point("schedule.before_commit");
    tx.commit();
    core::fail_point("schedule.after_commit");
    for (const auto& run : batch.runs) turned.woken.push_back(run.queue.value_or("*"));
    for (const auto& outcome : batch.outcomes) ++turned.ticks[outcome];
    turned.late_seconds.insert(turned.late_seconds.end(), batch.late_seconds.begin(), batch.late_seconds.end());
    return rows.size();
}

/// Batches until nothing is due or the time is up; true when there may be more.
bool fire_batches(core::pg::Pool& pool, std::chrono::steady_clock::time_point until, Scheduler::Turned& turned) {
    do {
        const auto fired = fire_due(pool, turned);
        turned.fired += fired;
        if (fired < kBatch) return false;
    } while (std::chrono::steady_clock::now() < until);
    return true;
}

void add_to(Scheduler::Turned& turned, Scheduler::Turned&& other) {
    turned.fired += other.fired;
    std::ranges::move(other.woken, std::back_inserter(turned.woken));
    for (const auto& [outcome, count] : other.ticks) turned.ticks[outcome] += count;
    turned.late_seconds.insert(turned.late_seconds.end(), other.late_seconds.begin(), other.late_seconds.end());
}

/// A full batch is rarely alone: a second line fires beside the first, as a second scheduler would.
bool fire_in_two_lines(core::pg::Pool& pool, std::chrono::steady_clock::time_point until, Scheduler::Turned& turned) {
    Scheduler::Turned beside;
    bool more_beside = false;
    std::exception_ptr failed;
    std::jthread second([&] {
        try {
            more_beside = fire_batches(pool, until, beside);
        } catch (...) {
            failed = std::current_exception();
        }
    });
    const bool more = fire_batches(pool, until, turned);
    second.join();
    if (failed) std::rethrow_exception(failed);
    add_to(turned, std::move(beside));
    return more || more_beside;
}

}  // namespace

Scheduler::Turned Scheduler::run_once() {
    Turned turned;
    turned.fired = fire_due(pool_, turned);
    const bool more =
        turned.fired == kBatch && fire_in_two_lines(pool_, std::chrono::steady_clock::now() + kTogether, turned);
    const auto promoted = core::pg::once(pool_, sql::promote, 2000);
    if (!promoted.empty()) core::fail_point("promote.after_commit");
    turned.promoted = promoted.size();
    for (std::size_t i = 0; i < promoted.size(); ++i) turned.woken.emplace_back(promoted.text(i, 0));
    std::ranges::sort(turned.woken);
    turned.woken.erase(std::unique(turned.woken.begin(), turned.woken.end()), turned.woken.end());
    if (more || turned.promoted == 2000) {
        turned.rest = std::chrono::milliseconds(0);
    } else {
        const auto next = core::pg::once(pool_, sql::next_due);
        if (!next.is_null(0, 0))
            turned.rest = std::chrono::milliseconds(std::clamp<std::int64_t>(next.number(0, 0), 1, 200));
    }
    return turned;
}

}  // namespace nightshift::queue
