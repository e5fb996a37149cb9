// What must not wear out: millions of runs that wait, a transaction that is never closed, a process that is killed.
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>

#include "core/json/json.h"
#include "queue/submit.h"
#include "tests/bench/measure.h"
#include "tests/kit/eventually.h"
#include "tests/kit/operator.h"
#include "tests/kit/program.h"

namespace nightshift::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Due from now on over a year; without a lane or an event: they stand for runs submitted long ago.
void fill_with_scheduled(tests::Database& database, const std::string& queue, int count) {
    constexpr int kBatch = 50'000;  // each within the statement timeout
    for (int done = 0; done < count; done += kBatch)
        database.one(
            "insert into run (id, organization_id, kind, queue, state, max_attempts, timeout_ms, ready_at, created_at, "
            "origin) select gen_random_uuid(), '" +
            tests::kOrganization + "', 'bench.nothing', '" + queue +
            "', 'scheduled', 3, 60000, now() + interval '10 minutes' + random() * interval '365 days', now(), 'api' "
            "from generate_series(1, " +
            std::to_string(std::min(kBatch, count - done)) + ")");
    database.one("analyze run");
}

/// Runs that become due at a hundred a second, submitted ahead.
int submit_due(core::pg::Pool& pool, const std::string& queue, std::chrono::seconds over) {
    const auto first = std::chrono::system_clock::now() + 5s;
    const int count = static_cast<int>(over.count()) * 100;
    std::vector<queue::Submission> all;
    for (int i = 0; i < count; ++i) {
        const auto due = std::chrono::floor<std::chrono::microseconds>(first + 10ms * i);
        const auto at = std::chrono::duration<double, std::milli>(due.time_since_epoch()).count();
        all.push_back({.kind = "bench.stamp",
                       .args = {{"at", at}},
                       .organization = tests::kOrganization,
                       .queue = queue,
                       .not_before = due});
    }
    auto lease = pool.acquire();
    core::pg::Transaction tx(lease);
    queue::submit(tx, all);
    tx.commit();
    return count;
}

std::int64_t full_scans(tests::Database& database) {
    return database.number("select coalesce(seq_scan, 0) from pg_stat_user_tables where relname = 'run'");
}

/// A snapshot that holds back every vacuum until it goes.
class Pin {
public:
    explicit Pin(core::pg::Pool& pool) : lease_(pool.acquire()), tx_(lease_) { tx_.run(kPin); }

private:
    static constexpr core::pg::Statement kPin{"bench_pin", "select txid_current()"};
    core::pg::Lease lease_;
    core::pg::Transaction tx_;
};

constexpr int kOffered = 2000;

/// Submits as many as are offered, in tenths of a second; each notes how long it took to start.
void offer(tests::Database& database, const std::string& queue, std::chrono::seconds span) {
    const auto end = steady_clock::now() + span;
    for (auto next = steady_clock::now(); next < end; next += 100ms) {
        std::this_thread::sleep_until(next);
        submit_in_bulk(
            database.pool(),
            {.kind = "bench.stamp", .args = {{"at", now_ms()}}, .organization = tests::kOrganization, .queue = queue},
            kOffered / 10);
    }
}

/// Submitted in bulk while the engine works; runs a second until the last of them has ended.
double worked_off(tests::Database& database, const Options& options, const std::string& queue) {
    forget_handled();
    const auto began = steady_clock::now();
    submit_in_bulk(database.pool(), queue, options.runs);
    await_handled(database, options.runs);
    return options.runs / seconds_since(began);
}

/// What an engine still does at the end of a long time at kOffered runs a second.
struct Lived {
    double started, p50, p99;  // of what was offered in the last minute
    double spare;              // runs a second, submitted and drained as fast as it goes
};

Lived live_through(const Options& options, bool is_pinned) {
    tests::Database database;
    const auto queue = new_queue(database);
    queue::Engine engine(settings(database.url(), options.broker, queue), kinds());
    engine.start();
    core::pg::Pool pins({.url = database.url(), .size = 1});
    std::optional<Pin> pin;
    if (is_pinned) pin.emplace(pins);
    const auto last = std::min<std::chrono::seconds>(60s, options.pinned / 2);
    offer(database, queue, options.pinned - last);
    forget_waits();
    const auto began = steady_clock::now();
    offer(database, queue, last);
    const auto waited = waits();
    const auto started = static_cast<double>(waited.size()) / seconds_since(began);
    await_handled(database, 0);
    const Lived lived{started, percentile(waited, 0.50), percentile(waited, 0.99),
                      worked_off(database, options, queue)};
    engine.drain(5s);
    return lived;
}

double rescued_after(const Options& options, std::chrono::milliseconds lease, std::chrono::milliseconds rescue_every) {
    tests::Database database;
    tests::let_operator_in(database.pool());
    const auto queue = new_queue(database);
    const tests::ProgramSettings with{.database_url = database.url(),
                                      .broker_url = options.broker,
                                      .queue = queue,
                                      .beat = lease / 3,
                                      .lease = lease,
                                      .rescue_every = rescue_every};
    tests::Program first(with), second(with);
    if (!first.ready() || !second.ready()) return -1;
    const core::json::object asked{{"kind", "diagnostic.sleep"}, {"args", {{"seconds", 600}}}, {"queue", queue}};
    if (first.call("POST", "/api/v1/runs", core::json::text(asked)).status != 202) return -1;
    const std::string pid_of_owner =
        "select i.pid from run r join incarnation i on i.id = r.incarnation where r.state = 'running'";
    if (!tests::eventually([&] { return !database.one(pid_of_owner).empty(); }, 20s)) return -1;
    const bool is_first = database.number(pid_of_owner) == first.pid();
    (is_first ? first : second).signal(SIGKILL);
    const auto began = steady_clock::now();
    const auto other = std::to_string((is_first ? second : first).pid());
    if (!tests::eventually([&] { return database.one(pid_of_owner) == other; }, 2min)) return -1;
    return seconds_since(began);
}

}  // namespace

void measure_scheduled(Figures& figures, const Options& options) {
    tests::Database database;
    const auto queue = new_queue(database);
    queue::Engine engine(settings(database.url(), options.broker, queue), kinds());
    const auto filled = steady_clock::now();
    fill_with_scheduled(database, queue, options.scheduled);
    figures.push_back({"made ready: runs at rest", "", static_cast<double>(options.scheduled), 0, 0});
    figures.push_back({"made ready: in", "s", seconds_since(filled), 0, 0});
    engine.start();
    std::this_thread::sleep_for(2s);
    forget_waits();
    const auto scans = full_scans(database);
    const int due = submit_due(database.pool(), queue, 30s);
    tests::eventually([&] { return waits().size() >= static_cast<std::size_t>(due); }, 90s);
    const auto late = waits();
    figures.push_back({"late at rest of millions, p50", "ms", percentile(late, 0.50), 0, 0});
    figures.push_back({"late at rest of millions, p99", "ms", percentile(late, 0.99), 250, 0});
    figures.push_back({"never started", "runs", static_cast<double>(due) - static_cast<double>(late.size()), 0, 0});
    std::this_thread::sleep_for(1s);  // the statistics are told late
    figures.push_back(
        {"full scans of the table meanwhile", "", static_cast<double>(full_scans(database) - scans), 0, 0});
    engine.drain(5s);
}

void measure_pinned_horizon(Figures& figures, const Options& options) {
    const auto free = live_through(options, false), pinned = live_through(options, true);
    const auto minutes = std::to_string(options.pinned.count() / 60) + " minutes at 2,000/s under a pinned horizon: ";
    figures.push_back({minutes + "started", "/s", pinned.started, kOffered * 0.9, free.started});
    figures.push_back({minutes + "to start, p50", "ms", pinned.p50, 0, free.p50});
    figures.push_back({minutes + "to start, p99", "ms", pinned.p99, 0, free.p99});
    figures.push_back({minutes + "submitted and drained then", "/s", pinned.spare, free.spare * 0.9, free.spare});
}

void measure_rescue(Figures& figures, const Options& options) {
    figures.push_back({"kill -9 to running again, lease 30 s", "s", rescued_after(options, 30s, 5s), 40, 0});
    figures.push_back({"kill -9 to running again, lease 5 s", "s", rescued_after(options, 5s, 1s), 10, 0});
}

}  // namespace nightshift::bench
