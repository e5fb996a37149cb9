// Submitting, draining, starting soon, firing on time, resting: the engine in this process.
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "queue/submit.h"
#include "tests/bench/measure.h"
#include "tests/bench/raw.h"
#include "tests/kit/eventually.h"

namespace nightshift::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

double memory_mib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    return -1;
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

}  // namespace

void measure_submit_and_drain(Figures& figures, const Options& options) {
    tests::Database database;
    const auto queue = new_queue(database);
    queue::Engine engine(settings(database.url(), options.broker, queue), kinds());
    const auto began = steady_clock::now();
    submit_in_bulk(database.pool(), queue, options.runs);
    const double bulk = options.runs / seconds_since(began);
    database.one("analyze run");
    const auto cpu = cpu_seconds();
    const double drain = drain_rate(database, engine, options.runs);
    figures.push_back({"submit in bulk", "/s", bulk, 60000, raw::insert_by_hundreds(database.url(), options.runs)});
    figures.push_back({options.broker.empty() ? "drain over PostgreSQL alone" : "drain through RabbitMQ", "/s", drain,
                       25000, raw::claim_and_complete(database.url(), options.runs)});
    figures.push_back({"client CPU a 1,000 runs drained", "s", (cpu_seconds() - cpu) / options.runs * 1000, 0, 0});
    figures.push_back({"memory under load", "MiB", memory_mib(), 256, 0});
    engine.drain(5s);
}

void measure_latency(Figures& figures, const Options& options) {
    tests::Database database;
    const auto queue = new_queue(database);
    queue::Engine engine(settings(database.url(), options.broker, queue), kinds());
    engine.start();
    core::pg::Pool pool({.url = database.url(), .size = 1});
    forget_waits();
    constexpr int kCount = 500;
    auto next = steady_clock::now() + 1s;  // the first second warms the connections up
    for (int i = 0; i < kCount + 50; ++i, next += 20ms) {
        std::this_thread::sleep_until(next);
        if (i == 50) forget_waits();
        const auto submitted = queue::submit_alone(
            pool,
            {.kind = "bench.stamp", .args = {{"at", now_ms()}}, .organization = tests::kOrganization, .queue = queue});
        engine.wake({submitted.queue});
    }
    tests::eventually([] { return waits().size() >= kCount; });
    const std::string over = options.broker.empty() ? " over PostgreSQL alone" : "";
    const auto raw = raw::insert_and_claim(database.url(), kCount);
    figures.push_back(
        {"submit to start at 50/s, p50" + over, "ms", percentile(waits(), 0.50), 1.5, percentile(raw, 0.50)});
    figures.push_back(
        {"submit to start at 50/s, p99" + over, "ms", percentile(waits(), 0.99), 4.0, percentile(raw, 0.99)});
}

void measure_urgent(Figures& figures, const Options& options) {
    for (const auto& [ms, backlog] : {std::pair{0, 100000}, {1, 20000}, {20, 2000}}) {
        tests::Database database;
        const auto queue = new_queue(database);
        queue::Engine engine(settings(database.url(), options.broker, queue), kinds());
        const queue::Submission slow{
            .kind = "bench.pause", .args = {{"ms", ms}}, .organization = tests::kOrganization, .queue = queue};
        submit_in_bulk(database.pool(), slow, backlog);
        database.one("analyze run");
        forget_waits();
        engine.start();
        constexpr std::size_t kCount = 10;
        for (std::size_t i = 1; i <= kCount; ++i) {
            std::this_thread::sleep_for(100ms);
            queue::submit_alone(database.pool(), {.kind = "bench.stamp",
                                                  .args = {{"at", now_ms()}},
                                                  .organization = tests::kOrganization,
                                                  .queue = queue,
                                                  .priority = 0});
            engine.wake({queue});
            tests::eventually([&] { return waits().size() >= i; }, 60s);
        }
        const auto left = database.number("select count(*) from run");
        const auto of = std::to_string(ms) + " ms";
        figures.push_back({"urgent run behind runs of " + of + ", p50", "s", percentile(waits(), 0.5) / 1000, 1, 0});
        figures.push_back({"urgent run behind runs of " + of + ", worst", "s", percentile(waits(), 1) / 1000, 1, 0});
        figures.push_back({"behind it at the end of runs of " + of, "runs", static_cast<double>(left), 0, 0});
        engine.drain(5s);
    }
}

void measure_submit_one_by_one(Figures& figures, const Options&) {
    tests::Database database;
    const auto queue = new_queue(database);
    const queue::Engine knows_the_kinds(settings(database.url(), "", queue), kinds());
    core::pg::Pool pool({.url = database.url(), .size = 1});
    constexpr int kCount = 5000;
    const auto began = steady_clock::now();
    for (int i = 0; i < kCount; ++i)
        queue::submit_alone(pool, {.kind = "bench.nothing", .organization = tests::kOrganization, .queue = queue});
    const double rate = kCount / seconds_since(began);
    figures.push_back({"submit one by one", "/s", rate, 2500, raw::insert_one_by_one(database.url(), kCount)});
}

void measure_schedules(Figures& figures, const Options& options) {
    tests::Database database;
    const auto queue = new_queue(database);
    database.one(
        "insert into schedule (id, organization_id, name, kind, queue, cron, overlap, next_fire_at) select "
        "gen_random_uuid(), '" +
        tests::kOrganization + "', 'n' || i, 'bench.nothing', '" + queue +
        "', '0 * * * *', 'allow', date_trunc('second', now()) + interval '3 seconds' from generate_series(1, 10000) i");
    database.one("analyze schedule");
    queue::Engine engine(settings(database.url(), options.broker, queue), kinds());
    engine.start();
    tests::eventually([&] { return database.number("select count(*) from schedule_fire") == 10000; }, 60s);
    const auto late = std::stod(database.one("select extract(epoch from max(at - fire_at)) from schedule_fire"));
    figures.push_back({"10,000 schedules in one second, last fired", "s late", late, 0.5, 0});
    engine.drain(5s);
}

void measure_idle(Figures& figures, const Options& options) {
    tests::Database database;
    const auto queue = new_queue(database);
    queue::Engine engine(settings(database.url(), options.broker, queue), kinds());
    engine.start();
    std::this_thread::sleep_for(2s);
    const auto cpu = cpu_seconds();
    std::this_thread::sleep_for(5s);
    figures.push_back({"processor at rest", "%", (cpu_seconds() - cpu) / 5 * 100, 1, 0});
    figures.push_back({"memory at rest", "MiB", memory_mib(), 64, 0});
}

}  // namespace nightshift::bench
