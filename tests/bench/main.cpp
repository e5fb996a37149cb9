// ./dev bench: what Nightshift reaches, each figure beside the raw limit of the machine measured in the same run.
// DESIGN 8.
//   nightshift_bench [--json] [--runs 100000] [--only drain]   needs NIGHTSHIFT_TEST_DATABASE_URL and
//   NIGHTSHIFT_TEST_AMQP_URL
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/json/json.h"
#include "core/log/log.h"
#include "core/time/time.h"
#include "queue/engine.h"
#include "queue/submit.h"
#include "tests/bench/raw.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"

namespace nightshift::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

struct Figure {
    std::string name, unit;
    double value, bar, raw;  // raw 0: none to compare with
};

std::atomic<std::int64_t> handled{0};
std::mutex starts_mutex;
std::vector<double> waits_ms;  // guarded by starts_mutex

double now_ms() {
    return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count();
}

queue::Outcome nothing(const core::json::object&, queue::Run&) {
    ++handled;
    return queue::Done{};
}
queue::Outcome stamp(const core::json::object& args, queue::Run&) {
    const auto at = now_ms();
    const std::lock_guard lock(starts_mutex);
    waits_ms.push_back(at - args.at("at").as_double());
    return queue::Done{};
}
constexpr core::schema::Field kAt[] = {{"at", core::schema::Type::number, "When it was submitted."}};
constexpr queue::Kind kNothing{.name = "bench.nothing", .doc = "Does nothing.", .body = nothing};
constexpr queue::Kind kStamp{.name = "bench.stamp", .doc = "Notes when it started.", .args = kAt, .body = stamp};
using tests::kOrganization;
constexpr const queue::Kind* kKinds[] = {&kNothing, &kStamp};

queue::EngineSettings settings(const std::string& database, const std::string& broker, const std::string& queue) {
    return {.database_url = database, .broker_url = broker, .queues = {queue}, .slots = 4};
}

void submit_in_bulk(core::pg::Pool& pool, const std::string& queue, int count) {
    auto lease = pool.acquire();
    for (int done = 0; done < count; done += 1000) {
        core::pg::Transaction tx(lease);
        queue::submit(tx, std::vector<queue::Submission>(
                              1000, {.kind = "bench.nothing", .organization = kOrganization, .queue = queue}));
        tx.commit();
    }
}

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return -1;
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

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

std::string new_queue(tests::Database& database) {
    const auto name = "bench" + core::time::uuid7();
    database.one("insert into queue (name) values ('" + name + "')");
    return name;
}

void measure_submit_and_drain(std::vector<Figure>& figures, const std::string& broker, int runs) {
    tests::Database database;
    const auto queue = new_queue(database);
    queue::Engine engine(settings(database.url(), broker, queue), kKinds);
    const auto began = steady_clock::now();
    submit_in_bulk(database.pool(), queue, runs);
    const double bulk = runs / std::chrono::duration<double>(steady_clock::now() - began).count();
    database.one("analyze run");
    handled = 0;
    const auto cpu = cpu_seconds();
    const auto started = steady_clock::now();
    engine.start();
    tests::eventually([&] { return handled >= runs && database.number("select count(*) from run") == 0; }, 300s);
    const double drain = runs / std::chrono::duration<double>(steady_clock::now() - started).count();
    figures.push_back({"submit in bulk", "/s", bulk, 60000, raw::insert_by_hundreds(database.url(), runs)});
    figures.push_back({broker.empty() ? "drain over PostgreSQL alone" : "drain through RabbitMQ", "/s", drain, 25000,
                       raw::claim_and_complete(database.url(), runs)});
    figures.push_back({"client CPU a 1,000 runs drained", "s", (cpu_seconds() - cpu) / runs * 1000, 0, 0});
    figures.push_back({"memory under load", "MiB", memory_mib(), 256, 0});
    engine.drain(5s);
}

void measure_latency(std::vector<Figure>& figures, const std::string& broker) {
    tests::Database database;
    const auto queue = new_queue(database);
    queue::Engine engine(settings(database.url(), broker, queue), kKinds);
    engine.start();
    core::pg::Pool pool({.url = database.url(), .size = 1});
    waits_ms.clear();
    constexpr int kCount = 500;
    auto next = steady_clock::now() + 1s;  // the first second warms the connections up
    for (int i = 0; i < kCount + 50; ++i, next += 20ms) {
        std::this_thread::sleep_until(next);
        if (i == 50) {
            const std::lock_guard lock(starts_mutex);
            waits_ms.clear();
        }
        const auto submitted = queue::submit_alone(
            pool, {.kind = "bench.stamp", .args = {{"at", now_ms()}}, .organization = kOrganization, .queue = queue});
        engine.wake({submitted.queue});
    }
    tests::eventually([] {
        const std::lock_guard lock(starts_mutex);
        return waits_ms.size() >= kCount;
    });
    const std::lock_guard lock(starts_mutex);
    const std::string over = broker.empty() ? " over PostgreSQL alone" : "";
    figures.push_back({"submit to start at 50/s, p50" + over, "ms", percentile(waits_ms, 0.50), 1.5, 0});
    figures.push_back({"submit to start at 50/s, p99" + over, "ms", percentile(waits_ms, 0.99), 4.0, 0});
}

void measure_submit_one_by_one(std::vector<Figure>& figures) {
    tests::Database database;
    const auto queue = new_queue(database);
    const queue::Engine knows_the_kinds(settings(database.url(), "", queue), kKinds);
    core::pg::Pool pool({.url = database.url(), .size = 1});
    constexpr int kCount = 5000;
    const auto began = steady_clock::now();
    for (int i = 0; i < kCount; ++i)
        queue::submit_alone(pool, {.kind = "bench.nothing", .organization = kOrganization, .queue = queue});
    const double rate = kCount / std::chrono::duration<double>(steady_clock::now() - began).count();
    figures.push_back({"submit one by one", "/s", rate, 2500, raw::insert_one_by_one(database.url(), kCount)});
}

/// Ten thousand schedules due in the same minute: how late the last one fires.
void measure_schedules(std::vector<Figure>& figures, const std::string& broker) {
    tests::Database database;
    const auto queue = new_queue(database);
    database.one(
        "insert into schedule (id, organization_id, name, kind, queue, cron, overlap, next_fire_at) select "
        "gen_random_uuid(), '" +
        kOrganization + "', 'n' || i, 'bench.nothing', '" + queue +
        "', '0 * * * *', 'allow', date_trunc('second', now()) + interval '3 seconds' from generate_series(1, 10000) i");
    database.one("analyze schedule");
    queue::Engine engine(settings(database.url(), broker, queue), kKinds);
    engine.start();
    tests::eventually([&] { return database.number("select count(*) from schedule_fire") == 10000; }, 60s);
    const auto late = std::stod(database.one("select extract(epoch from max(at - fire_at)) from schedule_fire"));
    figures.push_back({"10,000 schedules in one second, last fired", "s late", late, 0.5, 0});
    engine.drain(5s);
}

void measure_rest(std::vector<Figure>& figures, const std::string& broker) {
    tests::Database database;
    const auto queue = new_queue(database);
    queue::Engine engine(settings(database.url(), broker, queue), kKinds);
    engine.start();
    std::this_thread::sleep_for(2s);
    const auto cpu = cpu_seconds();
    std::this_thread::sleep_for(5s);
    figures.push_back({"processor at rest", "%", (cpu_seconds() - cpu) / 5 * 100, 1, 0});
    figures.push_back({"memory at rest", "MiB", memory_mib(), 64, 0});
}

void print(const std::vector<Figure>& figures, bool as_json) {
    core::json::array all;
    for (const auto& one : figures) {
        if (as_json)
            all.push_back(core::json::object{
                {"name", one.name}, {"value", one.value}, {"unit", one.unit}, {"bar", one.bar}, {"raw", one.raw}});
        else if (one.raw > 0)
            std::printf("%-46s %12.1f %-7s bar %9.1f   raw %9.1f   ratio %.2f\n", one.name.c_str(), one.value,
                        one.unit.c_str(), one.bar, one.raw, one.value / one.raw);
        else
            std::printf("%-46s %12.3f %-7s bar %9.1f\n", one.name.c_str(), one.value, one.unit.c_str(), one.bar);
    }
    if (as_json) std::printf("%s\n", core::json::text(core::json::value(all)).c_str());
}

}  // namespace
}  // namespace nightshift::bench

int main(int argc, char** argv) {
    using namespace nightshift;
    bool as_json = false;
    int runs = 100000;
    std::string only;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--json") == 0) as_json = true;
        if (std::strcmp(argv[i], "--runs") == 0 && i + 1 < argc) runs = std::atoi(argv[++i]);
        if (std::strcmp(argv[i], "--only") == 0 && i + 1 < argc) only = argv[++i];
    }
    core::log::configure(core::log::Level::error, core::log::Format::text);
    const auto broker = tests::test_setting("NIGHTSHIFT_TEST_AMQP_URL");
    std::vector<bench::Figure> figures;
    const std::pair<const char*, std::function<void()>> measures[] = {
        {"rest", [&] { bench::measure_rest(figures, broker); }},
        {"submit", [&] { bench::measure_submit_one_by_one(figures); }},
        {"latency", [&] { bench::measure_latency(figures, broker); }},
        {"latency-postgres", [&] { bench::measure_latency(figures, ""); }},
        {"drain", [&] { bench::measure_submit_and_drain(figures, broker, runs); }},
        {"drain-postgres", [&] { bench::measure_submit_and_drain(figures, "", runs); }},
        {"schedules", [&] { bench::measure_schedules(figures, broker); }},
        {"broker",
         [&] {
             figures.push_back(
                 {"raw: confirmed publish, batched", "/s", bench::raw::publish_confirmed(broker, 20000), 0, 0});
         }},
    };
    for (const auto& [name, measure] : measures)
        if (only.empty() || only == name) measure();
    bench::print(figures, as_json);
    return 0;
}
