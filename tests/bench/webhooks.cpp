// Ten destinations of a local receiver, a thousand events for each: how many deliveries a second, and whether each
// destination got its own in their order. Beside it, the same calls without anything kept.
#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>

#include "core/http/client.h"
#include "core/http/server.h"
#include "kinds.h"
#include "tests/bench/measure.h"
#include "tests/kit/eventually.h"

namespace nightshift::bench {
namespace {

namespace http = core::http;
using std::chrono::steady_clock;

constexpr int kDestinations = 10, kEvents = 1000;

class Receiver {
public:
    http::Response take(const http::Request& request) {
        ++count;
        const auto body = core::json::parse(request.body);
        const auto* data = body.as_object().if_contains("data");
        if (data == nullptr) return {.status = 204};
        const auto number = data->at("event_id").as_int64();
        const std::lock_guard lock(mutex_);
        auto& last = last_[request.path];
        if (number <= last) ++out_of_order;
        last = number;
        return {.status = 204};
    }
    std::atomic<int> count{0}, out_of_order{0};

private:
    std::mutex mutex_;  // guards last_
    std::map<std::string, std::int64_t> last_;
};

double calls_alone(const std::string& url) {
    constexpr int kCalls = 2000;
    const auto began = steady_clock::now();
    for (int i = 0; i < kCalls; ++i)
        http::ask({.method = "POST", .url = url + "/alone", .body = "{}", .allow_private = true});
    return kCalls / seconds_since(began);
}

void fill_with_webhooks(tests::Database& database, const std::string& url) {
    database.one("insert into organization (id, name) values ('" + tests::kOrganization +
                 "', 'Ours') on conflict do nothing");
    database.one("insert into webhook (id, organization_id, name, url) select gen_random_uuid(), '" +
                 tests::kOrganization + "', 'W' || i, '" + url + "/' || i from generate_series(1, " +
                 std::to_string(kDestinations) + ") i");
    database.one(
        "insert into webhook_secret (webhook_id, secret) select id, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw0M' from "
        "webhook");
    database.one("insert into event (organization_id, type, actor) select '" + tests::kOrganization +
                 "', 'job_updated', 'bench' from generate_series(1, " + std::to_string(kEvents) + ")");
}

}  // namespace

void measure_webhooks(Figures& figures, const Options& options) {
    tests::Database database;
    Receiver receiver;
    const http::Server server({.port = 0, .threads = 2},
                              [&](const http::Request& request) { return receiver.take(request); });
    const auto url = "http://127.0.0.1:" + std::to_string(server.port());
    const double alone = calls_alone(url);
    fill_with_webhooks(database, url);
    receiver.count = 0;
    auto with = settings(database.url(), options.broker, "integrations");
    with.slots = 4;
    with.setting = [](std::string_view path) {
        return path == "http.allow_private" ? core::json::value(core::json::array{"127.0.0.1"}) : core::json::value();
    };
    queue::Engine engine(with, generated::kinds);
    const auto began = steady_clock::now();
    engine.start();
    constexpr int kAll = kDestinations * kEvents;
    tests::eventually([&] { return receiver.count >= kAll; }, std::chrono::minutes(2));
    const double rate = receiver.count / seconds_since(began);
    tests::eventually(
        [&] { return database.number("select count(*) from webhook_delivery where state <> 'delivered'") == 0; });
    figures.push_back({"webhooks to a local receiver", "/s", rate, 2000, alone});
    figures.push_back(
        {"webhooks out of their destination's order", "", static_cast<double>(receiver.out_of_order), 0, 0});
}

}  // namespace nightshift::bench
