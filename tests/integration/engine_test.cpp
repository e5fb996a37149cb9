// The life of a run, over both transports: DESIGN 3 and its invariants.
#include <gtest/gtest.h>

#include <atomic>

#include "core/error/error.h"
#include "core/time/time.h"
#include "kinds.h"
#include "queue/engine.h"
#include "queue/settle.h"
#include "queue/submit.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;
using core::json::object;
using queue::Submission;

std::atomic<int> concurrent{0}, most_concurrent{0};

queue::Outcome count_in_database(const object&, queue::Run& run) {
    run.transaction().execute("update counter set n = n + 1");
    return queue::Done{};
}
queue::Outcome watch_concurrency(const object&, queue::Run&) {
    const int now = ++concurrent;
    for (int seen = most_concurrent; seen < now && !most_concurrent.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::yield();
    --concurrent;
    return queue::Done{};
}
constexpr core::schema::Field kMomentArgs[] = {{"ms", core::schema::Type::integer, "How long."}};
queue::Outcome take_a_moment(const object& args, queue::Run&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(args.at("ms").as_int64()));
    return queue::Done{};
}
constexpr queue::Kind kMoment{
    .name = "test.moment", .doc = "Takes so many milliseconds.", .args = kMomentArgs, .body = take_a_moment};
constexpr queue::Kind kCount{
    .name = "test.count", .doc = "Adds one in its own transaction.", .body = count_in_database};
constexpr queue::Kind kWatch{.name = "test.watch", .doc = "Counts how many run at once.", .body = watch_concurrency};

std::vector<const queue::Kind*> all_kinds() {
    std::vector<const queue::Kind*> kinds(std::begin(generated::kinds), std::end(generated::kinds));
    kinds.push_back(&kCount);
    kinds.push_back(&kWatch);
    kinds.push_back(&kMoment);
    return kinds;
}

class Engine : public testing::TestWithParam<bool> {
protected:
    void SetUp() override {
        database.one("create table counter (n int); insert into counter values (0)");
        database.one("insert into queue (name) values ('" + queue_name + "')");
        kinds = all_kinds();
    }
    queue::EngineSettings settings() {
        return {.database_url = database.url(),
                .broker_url = GetParam() ? test_setting("NIGHTSHIFT_TEST_AMQP_URL") : "",
                .queues = {queue_name},
                .slots = 4,
                .hand_over = !GetParam(),  // both ways are walked: over the broker, and without a hint
                .diagnostics = true,
                .beat = 200ms,
                .lease = 1500ms,
                .rehint = 1s,
                .rescue_every = 200ms,
                .program = NIGHTSHIFT_PROGRAM};
    }
    std::unique_ptr<queue::Engine> start(queue::EngineSettings with) {
        auto engine = std::make_unique<queue::Engine>(std::move(with), kinds);
        engine->start();
        return engine;
    }
    std::unique_ptr<queue::Engine> start() { return start(settings()); }

    Submission submission(std::string kind, object args = {}) {
        return {.kind = std::move(kind), .args = std::move(args), .organization = kOrganization, .queue = queue_name};
    }
    std::vector<std::string> submit(const std::vector<Submission>& submissions) {
        queue::Engine registers({.database_url = database.url(),
                                 .dispatch = false,
                                 .schedule = false,
                                 .work = false,
                                 .maintain = false,
                                 .diagnostics = true},
                                kinds);
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        std::vector<std::string> ids;
        for (const auto& one : queue::submit(tx, submissions)) ids.push_back(one.id);
        tx.commit();
        return ids;
    }
    std::string state(const std::string& id) {
        return database.one("select state from api.run where id = '" + id + "'");
    }
    bool becomes(const std::string& id, const std::string& wanted) {
        return eventually([&] { return state(id) == wanted; });
    }
    bool all_ended() {
        return eventually([&] { return database.number("select count(*) from run") == 0; }, 40s);
    }

    Database database;
    std::vector<const queue::Kind*> kinds;
    std::string queue_name = "test" + core::time::uuid7();
};

INSTANTIATE_TEST_SUITE_P(transports, Engine, testing::Values(false, true),
                         [](const auto& one) { return one.param ? "rabbitmq" : "postgres"; });

TEST_P(Engine, runs_what_is_submitted_and_keeps_its_result) {
    const auto engine = start();
    const auto id = submit({submission("diagnostic.echo", {{"say", "hello"}})}).front();
    ASSERT_TRUE(becomes(id, "succeeded"));
    EXPECT_EQ(database.one("select result #>> '{}' from run_archive"), "hello");
    EXPECT_EQ(database.number("select epoch from run_archive"), 1);
}

TEST_P(Engine, applies_every_internal_effect_once) {
    const auto first = start(), second = start();
    submit(std::vector<Submission>(300, submission("test.count")));
    ASSERT_TRUE(all_ended());
    EXPECT_EQ(database.number("select n from counter"), 300);
    EXPECT_EQ(database.number("select count(*) from run_archive where state = 'succeeded'"), 300);
}

TEST_P(Engine, tries_again_after_a_failure_and_gives_up_after_the_last_attempt) {
    const auto engine = start();
    const auto ids = submit({submission("diagnostic.fail", {{"until_attempt", 3}}), submission("diagnostic.fail"),
                             submission("diagnostic.fail", {{"how", "permanent"}}),
                             submission("diagnostic.fail", {{"how", "throw"}})});
    EXPECT_TRUE(becomes(ids[0], "succeeded"));
    for (const auto i : {1, 2, 3}) EXPECT_TRUE(becomes(ids[static_cast<std::size_t>(i)], "dead")) << i;
    EXPECT_EQ(database.number("select attempt from run_archive where id = '" + ids[1] + "'"), 3);
    EXPECT_EQ(database.number("select attempt from run_archive where id = '" + ids[2] + "'"), 1);
    EXPECT_EQ(database.number("select count(*) from dead_group"), 2);  // told (twice) and exception
}

TEST_P(Engine, throttled_and_snoozed_runs_keep_their_attempts) {
    const auto engine = start();
    const auto id = submit({submission("diagnostic.fail", {{"how", "throttled"}})}).front();
    ASSERT_TRUE(eventually([&] { return database.number("select epoch from run where id = '" + id + "'") >= 4; }));
    EXPECT_LE(database.number("select attempt from run where id = '" + id + "'"), 1);
}

TEST_P(Engine, an_unknown_kind_is_dead_and_says_so) {
    const auto id = submit({submission("diagnostic.echo")}).front();
    database.one("update run set kind = 'no.such'");
    const auto engine = start();
    ASSERT_TRUE(becomes(id, "dead"));
    EXPECT_EQ(database.one("select error_class from run_archive"), "unknown_kind");
}

TEST_P(Engine, a_paused_queue_starts_nothing_until_it_is_resumed) {
    database.one("update queue set is_paused = true where name = '" + queue_name + "'");
    const auto engine = start();
    const auto id = submit({submission("diagnostic.echo")}).front();
    const auto other = submit({submission("diagnostic.echo")}).front();
    EXPECT_FALSE(eventually([&] { return state(id) != "ready" || state(other) != "ready"; }, 1500ms));
    database.one("update queue set is_paused = false");
    EXPECT_TRUE(becomes(id, "succeeded"));
    EXPECT_TRUE(becomes(other, "succeeded"));
}

TEST_P(Engine, runs_that_share_a_key_never_exceed_its_limit) {
    database.one("update queue set key_concurrency = 2 where name = '" + queue_name + "'");
    most_concurrent = 0;
    auto keyed = submission("test.watch");
    keyed.concurrency_key = "one-customer";
    submit(std::vector<Submission>(60, keyed));
    const auto first = start(), second = start();
    ASSERT_TRUE(all_ended());
    EXPECT_LE(most_concurrent, 2);
    EXPECT_GE(most_concurrent, 1);
}

TEST_P(Engine, a_unique_key_admits_one_live_run) {
    auto unique = submission("diagnostic.sleep", {{"seconds", 0}});
    unique.unique_key = "only-one";
    const auto ids = submit({unique, unique});
    EXPECT_EQ(ids[0], ids[1]);
    unique.on_conflict = queue::OnConflict::replace;
    unique.args = {{"seconds", 0.01}};
    EXPECT_EQ(submit({unique}).front(), ids[0]);
    EXPECT_EQ(database.one("select args ->> 'seconds' from run"), "0.01");
    unique.on_conflict = queue::OnConflict::reject;
    EXPECT_THROW(submit({unique}), core::Error);
}

TEST_P(Engine, a_run_waits_for_those_it_depends_on) {
    const auto parent = submit({submission("diagnostic.echo")}).front();
    auto child = submission("diagnostic.echo");
    child.after = {parent};
    const auto id = submit({child}).front();
    EXPECT_EQ(state(id), "waiting");
    const auto engine = start();
    EXPECT_TRUE(becomes(id, "succeeded"));
}

TEST_P(Engine, what_waits_for_a_dead_run_is_cancelled) {
    const auto parent = submit({submission("diagnostic.fail", {{"how", "permanent"}})}).front();
    auto child = submission("diagnostic.echo");
    child.after = {parent};
    const auto middle = submit({child}).front();
    child.after = {middle};
    const auto last = submit({child}).front();
    const auto engine = start();
    EXPECT_TRUE(becomes(middle, "cancelled"));
    EXPECT_TRUE(becomes(last, "cancelled"));
}

TEST_P(Engine, a_running_run_stops_when_it_is_cancelled) {
    const auto engine = start();
    const auto id = submit({submission("diagnostic.sleep", {{"seconds", 600}})}).front();
    ASSERT_TRUE(becomes(id, "running"));
    database.one("update run set cancel_requested_at = now()");
    EXPECT_TRUE(becomes(id, "cancelled"));
}

TEST_P(Engine, a_run_over_its_time_limit_is_tried_again) {
    const auto engine = start();
    auto slow = submission("diagnostic.sleep", {{"seconds", 600}});
    slow.timeout = 300ms;
    slow.max_attempts = 2;
    const auto id = submit({slow}).front();
    EXPECT_TRUE(becomes(id, "dead"));
    EXPECT_EQ(database.one("select error_class from run_archive"), "timeout");
}

TEST_P(Engine, a_crash_costs_one_child_and_three_of_them_the_run) {
    const auto engine = start();
    const auto ids = submit({submission("diagnostic.crash", {{"how", "segfault"}}),
                             submission("diagnostic.crash", {{"how", "memory"}}),
                             submission("diagnostic.crash", {{"how", "none"}})});
    EXPECT_TRUE(becomes(ids[2], "succeeded"));
    EXPECT_TRUE(becomes(ids[0], "dead"));
    EXPECT_EQ(database.number("select crashes from run_archive where id = '" + ids[0] + "'"), 3);
    EXPECT_NE(database.one("select evidence from run_attempt where run_id = '" + ids[0] + "' limit 1")
                  .find("about to end by segfault"),
              std::string::npos);
    EXPECT_TRUE(becomes(ids[1], "dead"));
}

TEST_P(Engine, drains_without_costing_an_attempt) {
    auto engine = start();
    const auto id = submit({submission("diagnostic.sleep", {{"seconds", 600}})}).front();
    ASSERT_TRUE(becomes(id, "running"));
    EXPECT_FALSE(engine->drain(100ms));
    engine.reset();
    EXPECT_EQ(state(id), "ready");
    EXPECT_EQ(database.number("select attempt from run"), 0);
    EXPECT_EQ(database.number("select count(*) from incarnation where ended_at is null"), 0);
}

TEST_P(Engine, runs_of_a_lost_process_go_back_and_a_stale_finish_is_refused) {
    const auto id = submit({submission("test.count")}).front();
    // A worker that claimed and was never heard of again.
    database.one(
        "insert into incarnation (id, name, host, pid, version, roles, queues, slots, started_at, beat_at, "
        "lease_until) values "
        "('0190d1a0-0000-7000-8000-00000000dead', 'lost', 'h', 1, 'v', '{}', '{}', 1, now(), now(), now() - interval "
        "'1 second')");
    database.one(
        "update run set state = 'running', epoch = 1, attempt = 1, started_at = now(), incarnation = "
        "'0190d1a0-0000-7000-8000-00000000dead'");
    const auto engine = start();
    ASSERT_TRUE(becomes(id, "succeeded"));
    EXPECT_EQ(database.number("select epoch from run_archive"), 3);
    EXPECT_EQ(database.number("select attempt from run_archive"), 1);
    EXPECT_EQ(database.number("select count(*) from run_event where event = 'rescued'"), 1);
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    EXPECT_FALSE(queue::finish_in(tx, id, 1, "0190d1a0-0000-7000-8000-00000000dead", nullptr));
}

TEST_P(Engine, a_due_run_starts_when_its_moment_comes) {
    const auto engine = start();
    auto later = submission("diagnostic.echo");
    const auto moment = std::chrono::system_clock::now() + 2s;
    later.not_before = moment;
    const auto id = submit({later}).front();
    EXPECT_EQ(state(id), "scheduled");
    ASSERT_TRUE(becomes(id, "succeeded"));
    EXPECT_EQ(database.one("select started_at >= '" + core::time::rfc3339(moment) + "' from run_archive"), "t");
}

TEST_P(Engine, each_tick_of_a_schedule_makes_one_run_over_two_schedulers) {
    database.one(
        "insert into schedule (id, organization_id, name, kind, queue, cron, overlap, next_fire_at) values "
        "(gen_random_uuid(), '" +
        kOrganization + "', 'each second', 'diagnostic.echo', '" + queue_name +
        "', '* * * * * *', 'allow', date_trunc('second', now()))");
    const auto first = start(), second = start();
    ASSERT_TRUE(eventually([&] { return database.number("select count(*) from schedule_fire") >= 3; }));
    EXPECT_EQ(database.number("select count(*) from schedule_fire where outcome = 'fired' and run_id is null"), 0);
    EXPECT_TRUE(eventually([&] {
        return database.number(
                   "select count(*) from schedule_fire f join api.run r on r.id = f.run_id where r.state = "
                   "'succeeded'") >= 3;
    }));
    EXPECT_EQ(database.number("select count(*) from api.run"),
              database.number("select count(*) from schedule_fire where outcome = 'fired'"));
}

TEST_P(Engine, a_lost_hint_is_given_again) {
    const auto id = submit({submission("diagnostic.echo")}).front();
    database.one(
        "update run set state = 'dispatched', dispatched_at = now() - interval '1 hour'");  // its hint never arrived
    const auto engine = start();
    EXPECT_TRUE(becomes(id, "succeeded"));
}

TEST_P(Engine, no_organization_starves_another) {
    std::vector<Submission> flood(400, submission("test.count"));
    submit(flood);
    auto small = submission("diagnostic.echo");
    small.organization = "0190d1a0-0000-7000-8000-000000000002";
    const auto id = submit({small}).front();
    const auto engine = start();
    ASSERT_TRUE(becomes(id, "succeeded"));
    ASSERT_TRUE(all_ended());
    EXPECT_LT(database.number("select count(*) from run_archive a where a.dispatched_at < (select dispatched_at from "
                              "run_archive where id = '" +
                              id + "')"),
              100);
}

/// Hints carry many runs when a backlog goes fast: what is on the way must not make the urgent ones wait.
TEST_P(Engine, an_urgent_run_overtakes_a_backlog_however_fast_that_goes) {
    const auto engine = start();
    for (const auto& [ms, count] : {std::pair{0, 20000}, {1, 12000}, {20, 1600}}) {
        submit(std::vector<Submission>(static_cast<std::size_t>(count), submission("test.moment", {{"ms", ms}})));
        const auto before = database.number("select count(*) from run_archive");
        ASSERT_TRUE(
            eventually([&] { return database.number("select count(*) from run_archive") > before + count / 10; }, 30s));
        auto urgent = submission("diagnostic.echo");
        urgent.priority = 0;
        const auto id = submit({urgent}).front();
        ASSERT_TRUE(becomes(id, "succeeded"));
        EXPECT_LT(std::stod(database.one(
                      "select extract(epoch from started_at - ready_at) from run_archive where id = '" + id + "'")),
                  1.5)
            << ms << " ms each";
        ASSERT_TRUE(all_ended()) << ms << " ms each";
        EXPECT_GT(
            database.number("select count(*) from run_archive where started_at > (select started_at from run_archive "
                            "where id = '" +
                            id + "')"),
            0)
            << ms << " ms each: it came last";
    }
}

/// A worker hands back what it could not begin; by then the dispatcher has read on.
TEST_P(Engine, what_was_handed_back_is_not_left_until_somebody_looks_from_the_start) {
    auto with = settings();
    with.slots = 1;
    submit(std::vector<Submission>(12, submission("test.moment", {{"ms", 300}})));
    database.one("update run set ready_at = now() - interval '1 minute'");
    const auto began = std::chrono::steady_clock::now();
    const auto engine = start(std::move(with));
    ASSERT_TRUE(all_ended());
    EXPECT_LT(std::chrono::steady_clock::now() - began, 12s);
}

}  // namespace
}  // namespace nightshift::tests
