// A figure, what the measures share, and the measures: each takes a database and a queue of its own.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "queue/engine.h"
#include "queue/kind.h"
#include "queue/submit.h"
#include "tests/kit/database.h"

namespace nightshift::bench {

struct Figure {
    std::string name, unit;
    double value, bar, raw;  ///< raw: the machine's own limit in the same minute; 0: none to compare with
};

struct Options {
    std::string broker;
    int runs = 100000;                                 ///< to drain
    int scheduled = 10'000'000;                        ///< at rest
    std::chrono::seconds pinned{600};                  ///< how long a transaction holds the xmin horizon
    int rows = 100000;                                 ///< of a report; jobs that the API is asked about
    int open = 1'000'000;                              ///< open jobs beside those that a sweep finds
    int listeners = 5000;                              ///< WebSockets
    std::chrono::seconds load{3};                      ///< each measurement of the API
    std::vector<std::size_t> connections{1, 16, 128};  ///< that ask it at once
    std::string request;                               ///< GET, list or POST; empty: all
};

using Figures = std::vector<Figure>;

/// bench.nothing, which counts itself, bench.stamp {at: ms since 1970}, which notes how long after that it starts, and
/// bench.pause {ms}, which takes so long.
std::span<const queue::Kind* const> kinds();
std::int64_t handled();
void forget_handled();
/// Milliseconds from `at` to the start, of all bench.stamp since the last forget_waits().
std::vector<double> waits();
void forget_waits();

double now_ms();
double seconds_since(std::chrono::steady_clock::time_point began);
double percentile(std::vector<double> values, double share);
/// The demo's people and so many jobs of theirs.
void fill_with_jobs(tests::Database& database, int count);
/// A queue that no other measure uses.
std::string new_queue(tests::Database& database);
queue::EngineSettings settings(const std::string& database, const std::string& broker, const std::string& queue);
void submit_in_bulk(core::pg::Pool& pool, const queue::Submission& submission, int count);
/// Of bench.nothing.
void submit_in_bulk(core::pg::Pool& pool, const std::string& queue, int count);
/// Until so many bench.nothing were handled since forget_handled(), and nothing but scheduled runs is left.
void await_handled(tests::Database& database, int runs);
/// From the engine's start until nothing is left; runs a second.
double drain_rate(tests::Database& database, queue::Engine& engine, int runs);

void measure_submit_and_drain(Figures& figures, const Options& options);
void measure_submit_one_by_one(Figures& figures, const Options& options);
void measure_latency(Figures& figures, const Options& options);
/// Urgent runs, submitted one after another behind a backlog of runs that take nothing, a little, or long.
void measure_urgent(Figures& figures, const Options& options);
void measure_schedules(Figures& figures, const Options& options);
void measure_idle(Figures& figures, const Options& options);
/// The API of the real program over the loopback: one job, fifty by two filters, a new one; over 1, 16 and 128
/// connections, beside FastAPI with asyncpg on the same database and what pgbench reads by primary key.
void measure_rest(Figures& figures, const Options& options);
/// Thousands of idle WebSockets on the real program: what each costs, and how soon all of them hear something.
void measure_sockets(Figures& figures, const Options& options);
/// Millions of runs that are not due yet, while others become due: how late those start, and that nobody reads all.
void measure_scheduled(Figures& figures, const Options& options);
/// A transaction that stays open for minutes keeps every dead row: what that costs, beside the same time without it.
void measure_pinned_horizon(Figures& figures, const Options& options);
/// kill -9 of the program until its run runs again elsewhere.
void measure_rescue(Figures& figures, const Options& options);
/// Reports over many jobs in each format, beside COPY TO and what Python's libraries need for the same.
void measure_reports(Figures& figures, const Options& options);
/// A thousand jobs newly overdue, and a thousand clocks with a threshold reached, among ever more that are not.
void measure_sweeps(Figures& figures, const Options& options);
/// Ten thousand webhooks to a local receiver.
void measure_webhooks(Figures& figures, const Options& options);
/// A sweep of reminders over many people.
void measure_reminders(Figures& figures, const Options& options);
/// A hundred thousand jobs due in the same minute, told by the real program once each.
void measure_burst(Figures& figures, const Options& options);

}  // namespace nightshift::bench
