// `nightshift verify`: every invariant's query must find what breaks it, and nothing in what the engine really does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "core/time/time.h"
#include "kinds.h"
#include "queue/actions.h"
#include "queue/engine.h"
#include "queue/submit.h"
#include "queue/verify.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;

/// A small world in order: a run in each state of life, endings, ticks, and a process that serves. Runs are known by
/// the last digit of their id.
constexpr const char* kWorld = R"sql(
delete from incarnation; delete from run_lane; delete from run; delete from run_tally; delete from run_archive; delete from run_attempt; delete from run_event;
delete from run_progress; delete from run_dependency; delete from dead_group; delete from schedule; delete from idempotency;
delete from schedule_fire;
update queue set is_paused = false, concurrency = null, rate_per_minute = null, rate_next_at = null, updated_at = now() - interval '1 hour';
create unique index if not exists run_one_live_per_unique_key on run (organization_id, unique_key) where unique_key is not null;
alter table schedule_fire drop constraint if exists schedule_fire_once;
alter table schedule_fire add constraint schedule_fire_once primary key (schedule_id, fire_at);
create or replace function id(n int) returns uuid language sql immutable as
    $$ select ('0190d1a0-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
insert into incarnation (id, name, host, pid, version, roles, queues, slots, started_at, beat_at, lease_until)
select id(90), 'serving', 'host', 1, '1', '{dispatcher,scheduler,worker,maintenance}', '{default}', 8, now() - interval '1 hour', now(), now() + interval '1 hour';
insert into incarnation (id, name, host, pid, version, roles, queues, slots, started_at, beat_at, lease_until, ended_at)
select id(91), 'ended', 'host', 1, '1', '{worker}', '{default}', 8, now() - interval '1 hour', now(), now(), now() - interval '5 minutes';
insert into run_lane values ('default', id(80), 2);
insert into run (id, organization_id, kind, queue, state, max_attempts, timeout_ms, ready_at, created_at, origin)
select id(n), id(80), 'diagnostic.echo', 'default', s::run_state, 5, 1000, now() + interval '1 minute', now(), 'api'
  from (values (1, 'ready'), (2, 'scheduled'), (3, 'dispatched'), (4, 'running'), (5, 'waiting')) as v(n, s);
update run set dispatched_at = now() where state in ('dispatched', 'running');
update run set incarnation = id(90), epoch = 2, attempt = 2, started_at = now() where state = 'running';
update run set has_dependents = true where id = id(4);
update run set waiting_for = 1 where id = id(5);
insert into run_dependency values (id(5), id(4));
insert into run_progress values (id(4), 2, 0.5, 'half way', now());
insert into schedule (id, organization_id, name, kind, cron, next_fire_at, updated_at)
select id(70), id(80), 'nightly', 'diagnostic.echo', '@hourly', now() + interval '1 hour', now() - interval '1 hour';
insert into run_archive (id, organization_id, kind, queue, state, priority, epoch, attempt, max_attempts, crashes, created_at, ready_at,
                         dispatched_at, started_at, finished_at, incarnation, schedule_id, origin, args, error_class, error_message, fingerprint)
values (id(6), id(80), 'diagnostic.echo', 'default', 'succeeded', 2, 1, 1, 5, 0, now(), now(), now() - interval '1 hour', now(), now(), id(90), id(70), 'schedule', '{}', null, null, null),
       (id(7), id(80), 'diagnostic.fail', 'default', 'dead', 2, 2, 2, 2, 0, now(), now(), now() - interval '1 hour', now(), now(), id(90), null, 'api', '{}', 'told', 'no', 'shape');
insert into run_tally values (id(80), 2);
select run_archive_partitions((clock_timestamp() at time zone 'UTC')::date - 1, 1);
insert into run_attempt select id(7), n, n, id(90), now() + make_interval(secs => n - 1), now() + make_interval(secs => n), 'retry', 'told', 'no', null from generate_series(1, 2) n;
insert into run_attempt select id(4), 1, 1, id(90), now() - interval '2 minutes', now() - interval '1 minute', 'retry', 'told', 'no', null;
insert into run_event (run_id, at, actor, event) select id(7), now(), 'worker', 'dead';
insert into dead_group (id, organization_id, fingerprint, kind, error_class, message, first_seen_at, last_seen_at, total)
select id(60), id(80), 'shape', 'diagnostic.fail', 'told', 'no', now(), now(), 1;
insert into schedule_fire select id(70), now() - interval '2 hours', id(6), 'fired', null, now();
insert into schedule_fire select id(70), now() - interval '1 hour', null, 'skipped', 'the run before it has not ended', now();
insert into idempotency values (id(80), 'token', 'POST /api/v1/runs', 'key', 'hash', 202, '/api/v1/runs/' || id(6), '{}', now());
)sql";

struct Breach {
    const char* invariant;
    const char* sql;
};

constexpr const char* kStandStill =
    "update run set dispatched_at = now() - interval '1 hour';"
    "update run set ready_at = now() - interval '5 minutes' where id = id(1);";

constexpr Breach kBreaches[] = {
    {"accepted_exist", "delete from run_archive where id = id(6)"},
    {"accepted_exist", "update idempotency set location = '/api/v1/runs/' || id(99)"},
    {"live_or_ended",
     "insert into run (id, organization_id, kind, queue, state, max_attempts, timeout_ms, ready_at, created_at, "
     "origin) "
     "select id(6), id(80), 'diagnostic.echo', 'default', 'ready', 5, 1000, now(), now(), 'api'"},
    {"live_or_ended",
     "insert into run_archive (id, organization_id, kind, queue, state, priority, epoch, attempt, max_attempts, "
     "crashes, "
     "created_at, started_at, finished_at, incarnation, origin, args) select id(6), id(80), 'diagnostic.echo', "
     "'default', 'succeeded', 2, 1, 1, 5, 0, now(), now(), now() + interval '1 second', id(90), 'api', '{}'"},
    {"runs_accounted", "delete from run where id = id(1)"},
    {"runs_accounted", "delete from run_archive where id = id(7)"},
    {"runs_accounted", "insert into run_tally values (id(81), 1)"},
    {"states_in_place", "update run set state = 'succeeded' where id = id(1)"},
    {"states_in_place", "update run_archive set state = 'running' where id = id(6)"},
    {"success_was_run", "update run_archive set epoch = 0, attempt = 0 where id = id(6)"},
    {"success_was_run", "update run_archive set incarnation = null where id = id(6)"},
    {"one_owner", "update run set incarnation = null where id = id(4)"},
    {"one_owner", "update run set incarnation = id(90) where id = id(1)"},
    {"attempts_fenced", "insert into run_attempt select id(6), 1, 1, id(90), now(), now(), 'retry'"},
    {"attempts_fenced", "insert into run_attempt select id(4), 2, 2, id(90), now(), now(), 'retry'"},
    {"attempts_fenced", "update run set epoch = 0 where id = id(4)"},
    {"attempts_apart", "update run_attempt set started_at = now() where run_id = id(7) and epoch = 2"},
    {"attempts_apart", "update run set started_at = now() - interval '3 minutes' where id = id(4)"},
    {"attempts_counted", "update run set attempt = 6, epoch = 6 where id = id(4)"},
    {"attempts_counted", "update run_archive set attempt = 2 where id = id(6)"},
    {"progress_fenced", "update run_progress set epoch = 3"},
    {"endings_told", "delete from run_event"},
    {"dead_grouped", "delete from dead_group"},
    {"dead_grouped", "update dead_group set total = 0"},
    {"redrives_linked", "update run set redriven_from = id(7) where id = id(1)"},
    {"unique_keys_once",
     "drop index run_one_live_per_unique_key; update run set unique_key = 'one' where id in (id(1), id(2))"},
    {"limits_kept", "update run set concurrency_key = 'one' where id in (id(3), id(4))"},
    {"limits_kept", "update queue set concurrency = 1"},
    {"dependencies_tied", "update run_dependency set depends_on = id(6)"},
    {"dependencies_tied", "update run set has_dependents = false where id = id(4)"},
    {"dependencies_tied", "update run set state = 'ready' where id = id(5)"},
    {"dependencies_tied", "update run set waiting_for = 2 where id = id(5)"},
    {"dependencies_tied", "delete from run_dependency"},
    {"lanes_known", "delete from run_lane"},
    {"organizations_apart", "update run set organization_id = id(81) where id = id(5)"},
    {"organizations_apart", "update run set organization_id = id(81), schedule_id = id(70) where id = id(1)"},
    {"organizations_apart", "update run set organization_id = id(81), redriven_from = id(7) where id = id(1)"},
    {"ticks_once",
     "alter table schedule_fire drop constraint schedule_fire_once; insert into schedule_fire select * from "
     "schedule_fire"},
    {"ticks_once", "insert into schedule_fire select id(70), now(), id(6), 'fired', null, now()"},
    {"ticks_once", "update schedule_fire set run_id = null"},
    {"ticks_once", "update schedule_fire set reason = null"},
    {"scheduled_have_ticks", "delete from schedule_fire"},
    {"cursors_ahead", "update schedule set next_fire_at = (select max(fire_at) from schedule_fire)"},
    {"orphans_rescued", "update run set incarnation = id(91) where id = id(4)"},
    {"orphans_rescued", "update run set incarnation = id(99) where id = id(4)"},
    {"ready_moves", kStandStill},
    {"dispatched_moves", "update run set dispatched_at = now() - interval '5 minutes' where id = id(3)"},
    {"due_promoted", "update run set ready_at = now() - interval '5 minutes' where id = id(2)"},
    {"schedules_tick", "update schedule set next_fire_at = now() - interval '5 minutes'"},
};

std::set<std::string> broken_in(core::pg::Pool& pool, const queue::VerifySettings& settings = {}) {
    std::set<std::string> names;
    for (const auto& checked : queue::verify(pool, settings))
        if (!checked.holds()) names.emplace(checked.invariant->name);
    return names;
}

/// One database for all, as it takes long to make; each test puts its world in order first.
class Verify : public testing::Test {
protected:
    static void SetUpTestSuite() { made = std::make_unique<Database>(); }
    static void TearDownTestSuite() { made.reset(); }
    void SetUp() override { database.one(kWorld); }
    std::set<std::string> broken() { return broken_in(database.pool()); }
    std::set<std::string> broken_by(const std::string& sql) {
        database.one(sql);
        return broken();
    }
    static inline std::unique_ptr<Database> made;
    Database& database = *made;
};

class Breached : public Verify, public testing::WithParamInterface<Breach> {};

INSTANTIATE_TEST_SUITE_P(invariants, Breached, testing::ValuesIn(kBreaches), [](const auto& one) {
    return std::string(one.param.invariant) + "_" + std::to_string(one.index);
});

TEST_P(Breached, is_reported) {
    EXPECT_THAT(broken_by(GetParam().sql), testing::Contains(GetParam().invariant));
}

TEST_F(Verify, holds_in_a_world_in_order) {
    EXPECT_THAT(broken(), testing::IsEmpty());
}

TEST_F(Verify, has_a_breach_in_this_test_for_every_invariant) {
    for (const auto& invariant : queue::invariants())
        EXPECT_TRUE(std::ranges::any_of(kBreaches, [&](const Breach& one) { return invariant.name == one.invariant; }))
            << invariant.name;
}

TEST_F(Verify, shows_the_offending_rows_and_no_more_than_asked) {
    database.one(
        "insert into run (id, organization_id, kind, queue, state, max_attempts, timeout_ms, ready_at, created_at, "
        "origin, incarnation) select id(n), id(80), 'k', 'default', 'ready', 5, 1, now(), now(), 'api', id(90) from "
        "generate_series(1001, 1030) n");
    const auto all = queue::verify(database.pool(), {.most_rows = 20});
    const auto owner = std::ranges::find_if(all, [](const auto& one) { return one.invariant->name == "one_owner"; });
    ASSERT_EQ(owner->rows.size(), 20U);
    EXPECT_TRUE(owner->has_more);
    EXPECT_EQ(owner->rows[0].at("state"), "ready");
}

TEST_F(Verify, history_beyond_the_limit_is_left_alone) {
    database.one(
        "update run_event set at = at; update run_archive set finished_at = now() - interval '3 days', created_at = "
        "now() - interval '3 days', started_at = now() - interval '3 days' where state = 'dead'; delete from "
        "run_event");
    EXPECT_THAT(broken_in(database.pool(), {.since = 24h}), testing::IsEmpty());
}

TEST_F(Verify, a_query_that_takes_too_long_is_a_breach_that_says_so_and_costs_no_other_its_answer) {
    core::pg::Pool hasty({.url = database.url(), .size = 1, .statement_timeout = 200ms});
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    tx.execute("lock table run_progress in access exclusive mode");
    const auto all = queue::verify(hasty, {});
    EXPECT_EQ(std::ranges::count_if(all, [](const auto& one) { return one.holds(); }),
              static_cast<std::ptrdiff_t>(all.size()) - 1);
    const auto late = std::ranges::find_if(all, [](const auto& one) { return !one.holds(); });
    EXPECT_EQ(late->invariant->name, "progress_fenced");
    EXPECT_THAT(late->problem, testing::HasSubstr("timeout"));
}

TEST_F(Verify, a_wait_for_good_reason_is_no_standstill) {
    EXPECT_THAT(broken_by(std::string(kStandStill) +
                          "update run set dispatched_at = now() - interval '20 seconds' where id = id(3)"),
                testing::IsEmpty());  // the queue moved just now
    const std::string reasons[] = {"update queue set is_paused = true",
                                   "update queue set concurrency = 2",
                                   "update queue set rate_per_minute = 1, rate_next_at = now() + interval '1 minute'",
                                   "update run set concurrency_key = 'one' where id in (id(1), id(4))",
                                   "update incarnation set busy = slots",
                                   "update incarnation set slots = 0",
                                   "update incarnation set lease_until = now()",
                                   "update incarnation set started_at = now()",
                                   "update queue set updated_at = now()"};
    for (const auto& reason : reasons) {
        database.one(kWorld);
        EXPECT_THAT(broken_by(kStandStill), testing::Contains("ready_moves"));
        EXPECT_THAT(broken_by(reason), testing::Not(testing::Contains("ready_moves"))) << reason;
    }
}

/// What the engine does in earnest: endings of every sort, dependencies, ticks, redrives, a lost process.
class Worked : public testing::Test {
protected:
    const std::string organization = "0190d1a0-0000-7000-8000-000000000001";
    std::vector<const queue::Kind*> kinds{std::begin(generated::kinds), std::end(generated::kinds)};

    std::string submit(const std::string& kind, core::json::object args = {}, std::vector<std::string> after = {}) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto made = queue::submit(
            tx, {.kind = kind, .args = std::move(args), .organization = organization, .after = std::move(after)});
        tx.commit();
        return made.id;
    }
    void act(const std::string& id, auto&& action) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        action(tx, id);
        tx.commit();
    }
    bool becomes(const std::string& id, const std::string& state) {
        return eventually([&] { return database.one("select state from api.run where id = '" + id + "'") == state; });
    }
    Database database;
    queue::Engine engine{{.database_url = database.url(),
                          .queues = {"default"},
                          .slots = 4,
                          .diagnostics = true,
                          .beat = 200ms,
                          .lease = 1500ms,
                          .rehint = 1s,
                          .rescue_every = 200ms,
                          .program = NIGHTSHIFT_PROGRAM},
                         kinds};
};

TEST_F(Worked, every_invariant_holds) {
    database.one(
        "insert into schedule (id, organization_id, name, kind, cron, overlap, next_fire_at) values "
        "(gen_random_uuid(), '" +
        organization +
        "', 'each second', 'diagnostic.echo', '* * * * * *', 'skip', "
        "date_trunc('second', now()) - interval '10 seconds')");
    const auto fine = submit("diagnostic.echo");
    const auto after_fine = submit("diagnostic.echo", {}, {fine});
    const auto bad = submit("diagnostic.fail", {{"how", "permanent"}});
    const auto after_bad = submit("diagnostic.echo", {}, {bad});
    const auto third = submit("diagnostic.fail", {{"until_attempt", 3}});
    const auto crash = submit("diagnostic.crash", {{"how", "segfault"}});
    const auto long_one = submit("diagnostic.sleep", {{"seconds", 600}});
    const auto orphan = submit("diagnostic.echo");
    database.one(
        "update run set state = 'running', epoch = 1, attempt = 1, started_at = now(), incarnation = "
        "gen_random_uuid() where id = '" +
        orphan + "'");
    engine.start();
    ASSERT_TRUE(becomes(long_one, "running"));
    act(long_one, [&](auto& tx, const auto& id) { queue::cancel(tx, id, organization, "test", "enough"); });
    EXPECT_TRUE(becomes(bad, "dead"));
    act(bad, [&](auto& tx, const auto& id) { queue::retry(tx, id, organization, "test"); });
    EXPECT_TRUE(becomes(after_fine, "succeeded"));
    EXPECT_TRUE(becomes(after_bad, "cancelled"));
    EXPECT_TRUE(becomes(third, "succeeded"));
    EXPECT_TRUE(becomes(crash, "dead"));
    EXPECT_TRUE(becomes(long_one, "cancelled"));
    EXPECT_TRUE(becomes(orphan, "succeeded"));
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from schedule_fire") >= 2; }));
    EXPECT_THAT(broken_in(database.pool(), {.grace = 5s}), testing::IsEmpty());
}

}  // namespace
}  // namespace nightshift::tests
