// What a scrape tells of real work: every figure is checked against what was done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "api/kit/router.h"
#include "api/metrics/metrics.h"
#include "core/metrics/process.h"
#include "core/time/time.h"
#include "domain/deliveries/standing.h"
#include "kinds.h"
#include "queue/engine.h"
#include "queue/kinds.h"
#include "queue/sampler.h"
#include "queue/submit.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"
#include "tests/kit/exposition.h"
#include "tests/kit/who_shows.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;
using core::json::object;
using queue::Submission;
using testing::IsEmpty;

class Scrape : public testing::Test {
protected:
    void SetUp() override {
        // What is submitted before there is an engine is of a known kind.
        queue::register_kinds(generated::kinds, true);
        database.one("insert into queue (name) values ('" + queue_name + "')");
    }

    std::unique_ptr<queue::Engine> engine(bool starting = true) {
        auto made = std::make_unique<queue::Engine>(
            queue::EngineSettings{.database_url = database.url(),
                                  .broker_url = over_broker ? test_setting("NIGHTSHIFT_TEST_AMQP_URL") : "",
                                  .queues = {queue_name},
                                  .slots = 4,
                                  .hand_over = !over_broker,
                                  .diagnostics = true,
                                  .beat = 200ms,
                                  .lease = 1500ms,
                                  .rehint = 1s,
                                  .rescue_every = 200ms,
                                  .program = NIGHTSHIFT_PROGRAM,
                                  .metrics = registry},
            generated::kinds);
        if (starting) made->start();
        return made;
    }
    void submit(const std::string& kind, const object& args, int count = 1) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const Submission one{.kind = kind, .args = args, .organization = kOrganization, .queue = queue_name};
        queue::submit(tx, std::vector<Submission>(static_cast<std::size_t>(count), one));
        tx.commit();
    }
    bool all_ended() {
        return eventually([&] { return database.number("select count(*) from run") == 0; }, 40s);
    }
    double value(const std::string& series) {
        const auto samples = samples_of(registry->text());
        const auto found = samples.find(series);
        return found == samples.end() ? -1 : found->second;
    }
    std::string of_kind(const std::string& name, const std::string& kind) const {
        return name + "{kind=\"" + kind + "\",queue=\"" + queue_name + "\"}";
    }
    std::string outcome(const std::string& kind, const std::string& how) const {
        return "nightshift_run_outcomes_total{kind=\"" + kind + "\",outcome=\"" + how + "\",queue=\"" + queue_name +
               "\"}";
    }
    std::string depth(const std::string& name, const std::string& state) const {
        return name + "{queue=\"" + queue_name + "\",state=\"" + state + "\"}";
    }

    bool over_broker = false;
    Database database;
    std::shared_ptr<core::metrics::Registry> registry = std::make_shared<core::metrics::Registry>();
    std::string queue_name = "test" + core::time::uuid7();
};

class ScrapeOverBoth : public Scrape, public testing::WithParamInterface<bool> {
protected:
    ScrapeOverBoth() { over_broker = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(transports, ScrapeOverBoth, testing::Values(false, true),
                         [](const auto& one) { return one.param ? "rabbitmq" : "postgres"; });

TEST_P(ScrapeOverBoth, counts_what_ran_how_it_ended_and_how_long_it_took) {
    const auto running = engine();
    submit("diagnostic.echo", {{"say", "hello"}}, 20);
    submit("diagnostic.sleep", {{"seconds", 0.15}}, 2);
    submit("diagnostic.fail", {{"how", "permanent"}}, 3);
    ASSERT_TRUE(all_ended());
    EXPECT_TRUE(eventually([&] { return value(outcome("diagnostic.echo", "succeeded")) == 20; }));
    EXPECT_TRUE(eventually([&] { return value(outcome("diagnostic.fail", "dead")) == 3; }));
    const auto samples = samples_of(registry->text());
    EXPECT_GE(samples.at(of_kind("nightshift_run_running_seconds_count", "diagnostic.echo")), 20);
    EXPECT_GE(samples.at(of_kind("nightshift_run_waiting_seconds_count", "diagnostic.echo")), 20);
    EXPECT_GE(samples.at(of_kind("nightshift_run_running_seconds_count", "diagnostic.sleep")), 2);
    EXPECT_GE(samples.at(of_kind("nightshift_run_running_seconds_sum", "diagnostic.sleep")), 0.3);
    EXPECT_GE(samples.at("nightshift_runs_admitted_total{queue=\"" + queue_name + "\"}"), 25);
    EXPECT_EQ(samples.at("nightshift_slots"), 4);
    EXPECT_TRUE(eventually([&] { return value("nightshift_slots_busy") == 0; }));
    EXPECT_GE(samples.at("nightshift_lease_age_seconds"), 0);
    EXPECT_GT(samples.at("nightshift_pool_connections_max{pool=\"nightshift\"}"), 0);
}

TEST_F(Scrape, counts_failures_that_are_tried_again) {
    const auto running = engine();
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    queue::submit(tx, Submission{.kind = "diagnostic.sleep",
                                 .args = {{"seconds", 600}},
                                 .organization = kOrganization,
                                 .queue = queue_name,
                                 .max_attempts = 2,
                                 .timeout = 200ms});
    tx.commit();
    EXPECT_TRUE(eventually([&] { return value(outcome("diagnostic.sleep", "retry")) == 1; }));
    EXPECT_EQ(value(of_kind("nightshift_run_retries_total", "diagnostic.sleep")), 1);
    EXPECT_TRUE(eventually([&] { return value(outcome("diagnostic.sleep", "dead")) == 1; }));
}

TEST_F(Scrape, tells_depth_and_age_of_each_queue_and_state) {
    const auto sampling = engine(false);
    submit("diagnostic.echo", {}, 7);
    database.one("update run set ready_at = now() - interval '1 minute' where id = (select id from run limit 1)");
    database.one(
        "update run set state = 'scheduled', ready_at = now() + interval '1 hour' where id in "
        "(select id from run where ready_at > now() - interval '30 seconds' limit 2)");
    database.one("update queue set is_paused = true where name = '" + queue_name + "'");
    sampling->start();
    ASSERT_TRUE(eventually([&] { return value(depth("nightshift_queue_runs", "ready")) == 5; }));
    const auto samples = samples_of(registry->text());
    EXPECT_EQ(samples.at(depth("nightshift_queue_runs", "scheduled")), 2);
    EXPECT_EQ(samples.at(depth("nightshift_queue_runs", "running")), 0);
    EXPECT_GE(samples.at(depth("nightshift_queue_oldest_seconds", "ready")), 60);
    EXPECT_EQ(samples.at(depth("nightshift_queue_oldest_seconds", "scheduled")), 0);
    EXPECT_EQ(samples.at("nightshift_queue_paused{queue=\"" + queue_name + "\"}"), 1);
    EXPECT_LT(samples.at("nightshift_queue_sample_age_seconds"), 60);
}

TEST_F(Scrape, looks_into_the_database_only_when_its_figures_are_old) {
    const auto paused = "nightshift_queue_paused{queue=\"" + queue_name + "\"}";
    queue::Sampler sampler(*registry, database.pool());
    sampler.start();
    ASSERT_TRUE(eventually([&] {
        sampler.refresh(1h);
        return value(paused) == 0;
    }));
    database.one("update queue set is_paused = true where name = '" + queue_name + "'");
    sampler.refresh(1h);
    EXPECT_EQ(value(paused), 0);
    EXPECT_TRUE(eventually([&] {
        sampler.refresh(0ms);
        return value(paused) == 1;
    }));
}

TEST_F(Scrape, counts_no_further_than_its_limit) {
    const auto registers = engine(false);
    submit("diagnostic.echo", {}, 30);
    queue::Sampler sampler(*registry, database.pool(), {}, 10);
    sampler.start();
    EXPECT_TRUE(eventually([&] {
        sampler.refresh(0ms);
        return value(depth("nightshift_queue_runs", "ready")) == 10;
    }));
}

TEST_F(Scrape, tells_what_waits_to_be_sent_and_which_destinations_are_left_alone) {
    database.one("insert into organization (id, name) values ('" + kOrganization + "', 'Ours') on conflict do nothing");
    database.one(
        "insert into mail_destination (name, failures, open_until) values "
        "('a.example', 5, clock_timestamp() + interval '1 hour'), "
        "('b.example', 5, clock_timestamp() - interval '1 second'), ('c.example', 0, null)");
    database.one(
        "insert into webhook (id, organization_id, name, url) values ('0190d1a0-0000-7000-8000-0000000000a1', '" +
        kOrganization + "', 'W', 'https://a.example/')");
    database.one(
        "insert into webhook_delivery (id, organization_id, webhook_id, event, body, state, due_at) select uuid7(), '" +
        kOrganization +
        "', '0190d1a0-0000-7000-8000-0000000000a1', 'job_updated', '{}', s, now() from unnest(array['intended', "
        "'deferred', 'delivered']) s");
    const domain::deliveries::Standing standing(*registry);
    queue::Sampler sampler(*registry, database.pool(), [&](auto& pool) { standing.sample(pool); });
    sampler.start();
    ASSERT_TRUE(eventually([&] {
        sampler.refresh(0ms);
        return value(R"(nightshift_deliveries_waiting{channel="webhook"})") == 2;
    }));
    EXPECT_EQ(value(R"(nightshift_destinations_left_alone{channel="mail"})"), 1);
    EXPECT_EQ(value(R"(nightshift_destinations_left_alone{channel="webhook"})"), 0);
    EXPECT_EQ(value(R"(nightshift_deliveries_waiting{channel="mail"})"), 0);
}

TEST_F(Scrape, tells_since_when_dead_rows_are_held) {
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    tx.execute("set transaction isolation level repeatable read; select 1");
    queue::Sampler sampler(*registry, database.pool());
    sampler.start();
    EXPECT_TRUE(eventually([&] {
        sampler.refresh(0ms);
        return value("nightshift_oldest_snapshot_seconds") > 0.2;
    }));
}

TEST_F(Scrape, answers_when_the_database_does_not) {
    core::pg::Pool nowhere({.url = "postgresql://nobody@127.0.0.1:1/nothing", .size = 1, .wait = 100ms});
    queue::Sampler sampler(*registry, nowhere);
    sampler.start();
    sampler.refresh();
    EXPECT_EQ(value("nightshift_queue_sample_age_seconds"), std::numeric_limits<double>::infinity());
}

TEST_F(Scrape, follows_the_broker) {
    over_broker = true;
    const auto running = engine();
    submit("diagnostic.echo", {}, 10);
    ASSERT_TRUE(all_ended());
    EXPECT_TRUE(eventually([&] { return value("nightshift_broker_connected{role=\"worker\"}") == 1; }));
    EXPECT_EQ(value("nightshift_broker_connected{role=\"dispatcher\"}"), 1);
    EXPECT_TRUE(eventually([&] {
        const auto samples = samples_of(registry->text());
        return samples.at("nightshift_broker_publishes_total") > 0 &&
               samples.at("nightshift_broker_confirms_total") == samples.at("nightshift_broker_publishes_total");
    }));
    const auto samples = samples_of(registry->text());
    EXPECT_EQ(samples.at("nightshift_broker_nacks_total"), 0);
    EXPECT_EQ(samples.at("nightshift_broker_blocked"), 0);
}

TEST_F(Scrape, counts_rescues_and_lost_processes) {
    submit("diagnostic.echo", {});
    database.one(
        "insert into incarnation (id, name, host, pid, version, roles, queues, slots, started_at, beat_at, "
        "lease_until) "
        "values ('0190d1a0-0000-7000-8000-00000000dead', 'lost', 'h', 1, 'v', '{}', '{}', 1, now(), now(), now() - "
        "interval '1 second')");
    database.one(
        "update run set state = 'running', epoch = 1, attempt = 1, started_at = now(), incarnation = "
        "'0190d1a0-0000-7000-8000-00000000dead'");
    const auto running = engine();
    ASSERT_TRUE(all_ended());
    EXPECT_TRUE(eventually([&] { return value("nightshift_rescued_runs_total") == 1; }));
    EXPECT_EQ(value("nightshift_lost_processes_total"), 1);
    EXPECT_EQ(value("nightshift_rescued_dead_total"), 0);
}

TEST_F(Scrape, counts_ticks_and_how_late_they_were) {
    database.one(
        "insert into schedule (id, organization_id, name, kind, queue, cron, overlap, next_fire_at) values "
        "(gen_random_uuid(), '" +
        kOrganization + "', 'each second', 'diagnostic.echo', '" + queue_name +
        "', '* * * * * *', 'allow', date_trunc('second', now()))");
    const auto running = engine();
    EXPECT_TRUE(eventually([&] { return value("nightshift_schedule_ticks_total{outcome=\"fired\"}") >= 2; }));
    EXPECT_GE(value("nightshift_schedule_late_seconds_count"), 2);
}

TEST_F(Scrape, is_for_callers_with_the_token_and_counts_requests_by_route) {
    const auto running = engine();
    core::pg::Pool pool({.url = database.url(), .size = 2, .name = "nightshift-api"});
    const api::kit::Services services{.pool = pool, .engine = *running, .setting = nullptr, .metrics = registry.get()};
    auto routes = api::metrics::routes(services);
    routes.push_back({"GET", "/api/v1/things/{id}", "things.see", "A thing.", {}, [](const auto&, const auto&, auto&) {
                          return core::http::json_response(200, object{});
                      }});
    const api::kit::Router router(std::move(routes), who_shows("secret", kOrganization), registry.get());
    const auto ask = [&](const std::string& path, const std::string& token) {
        core::http::Request request;
        request.method = "GET";
        request.path = path;
        request.headers = {{"authorization", "Bearer " + token}};
        return router.answer(std::move(request));
    };
    EXPECT_EQ(ask("/metrics", "wrong").status, 401);
    for (int i = 0; i < 3; ++i) ask("/api/v1/things/" + core::time::uuid7(), "secret");
    ask("/api/v1/things/17", "secret");
    ask("/no/such/path", "secret");
    const auto answer = ask("/metrics", "secret");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_THAT(problems_of(answer.body), IsEmpty());
    const auto samples = samples_of(answer.body);
    const auto requests = [&](const std::string& route, const std::string& status) {
        return samples.at("nightshift_http_requests_total{method=\"GET\",route=\"" + route + "\",status=\"" + status +
                          "\"}");
    };
    EXPECT_EQ(requests("/api/v1/things/{id}", "2xx"), 3);
    EXPECT_EQ(requests("/api/v1/things/{id}", "4xx"), 1);
    EXPECT_EQ(requests("none", "4xx"), 1);
    EXPECT_EQ(requests("/metrics", "4xx"), 1);
    EXPECT_EQ(samples.at("nightshift_http_request_seconds_count{method=\"GET\",route=\"/api/v1/things/{id}\"}"), 4);
}

/// What the code can tell and what docs/reference/metrics.md tells of must be the same.
TEST_F(Scrape, every_metric_is_in_the_reference) {
    const auto running = engine();
    const api::kit::Router router({}, who_shows("secret", kOrganization), registry.get());
    router.answer({});
    submit("diagnostic.fail", {{"how", "permanent"}});
    const auto process = core::metrics::watch_process(*registry);
    const domain::deliveries::Standing standing(*registry);
    standing.sample(database.pool());
    ASSERT_TRUE(all_ended());
    std::ifstream file(std::filesystem::path(NIGHTSHIFT_SOURCE) / "docs/reference/metrics.md");
    const std::string reference{std::istreambuf_iterator<char>(file), {}};
    std::istringstream lines(registry->text());
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("# TYPE ")) {
            const auto name = line.substr(7, line.rfind(' ') - 7);
            EXPECT_NE(reference.find("| `" + name + "`"), std::string::npos) << name;
        }
}

}  // namespace
}  // namespace nightshift::tests
