#include "tests/bench/measure.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "core/json/json.h"
#include "core/time/time.h"
#include "queue/submit.h"
#include "tests/kit/eventually.h"

namespace nightshift::bench {
namespace {

using std::chrono::steady_clock;

std::atomic<std::int64_t> handled_count{0};
std::mutex waits_mutex;
std::vector<double> waits_ms;  // guarded by waits_mutex

queue::Outcome nothing(const core::json::object&, queue::Run&) {
    ++handled_count;
    return queue::Done{};
}

queue::Outcome stamp(const core::json::object& args, queue::Run&) {
    const auto wait = now_ms() - args.at("at").to_number<double>();
    const std::lock_guard lock(waits_mutex);
    waits_ms.push_back(wait);
    return queue::Done{};
}

queue::Outcome pause(const core::json::object& args, queue::Run&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(args.at("ms").to_number<int>()));
    return queue::Done{};
}

constexpr core::schema::Field kMs[] = {{"ms", core::schema::Type::integer, "How long it takes."}};
constexpr core::schema::Field kAt[] = {{"at", core::schema::Type::number, "When it was submitted."}};
constexpr queue::Kind kNothing{.name = "bench.nothing", .doc = "Does nothing.", .body = nothing};
constexpr queue::Kind kStamp{.name = "bench.stamp", .doc = "Notes when it started.", .args = kAt, .body = stamp};
constexpr queue::Kind kPause{.name = "bench.pause", .doc = "Takes its time.", .args = kMs, .body = pause};
constexpr const queue::Kind* kKinds[] = {&kNothing, &kStamp, &kPause};

}  // namespace

std::span<const queue::Kind* const> kinds() {
    return kKinds;
}

std::int64_t handled() {
    return handled_count;
}

void forget_handled() {
    handled_count = 0;
}

std::vector<double> waits() {
    const std::lock_guard lock(waits_mutex);
    return waits_ms;
}

void forget_waits() {
    const std::lock_guard lock(waits_mutex);
    waits_ms.clear();
}

double now_ms() {
    return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double seconds_since(steady_clock::time_point began) {
    return std::chrono::duration<double>(steady_clock::now() - began).count();
}

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return -1;
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

std::string new_queue(tests::Database& database) {
    const auto name = "bench" + core::time::uuid7();
    database.one("insert into queue (name) values ('" + name + "')");
    return name;
}

queue::EngineSettings settings(const std::string& database, const std::string& broker, const std::string& queue) {
    return {.database_url = database, .broker_url = broker, .queues = {queue}, .slots = 4};
}

void submit_in_bulk(core::pg::Pool& pool, const queue::Submission& submission, int count) {
    auto lease = pool.acquire();
    for (int done = 0; done < count; done += 1000) {
        core::pg::Transaction tx(lease);
        queue::submit(
            tx, std::vector<queue::Submission>(static_cast<std::size_t>(std::min(1000, count - done)), submission));
        tx.commit();
    }
}

void submit_in_bulk(core::pg::Pool& pool, const std::string& queue, int count) {
    submit_in_bulk(pool, {.kind = "bench.nothing", .organization = tests::kOrganization, .queue = queue}, count);
}

void await_handled(tests::Database& database, int runs) {
    tests::eventually(
        [&] {
            return handled() >= runs && database.number("select count(*) from run where state <> 'scheduled'") == 0;
        },
        std::chrono::minutes(5));
}

double drain_rate(tests::Database& database, queue::Engine& engine, int runs) {
    forget_handled();
    const auto began = steady_clock::now();
    engine.start();
    await_handled(database, runs);
    return runs / seconds_since(began);
}

}  // namespace nightshift::bench
