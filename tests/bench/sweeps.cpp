// What looking for what is due costs, beside how much is not: a thousand jobs newly overdue, or with a threshold
// reached or their time used up, among a hundred thousand and a million open ones.
#include <algorithm>
#include <utility>

#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/demo/sql.h"
#include "domain/jobs/overdue.h"
#include "domain/sla/clocks.h"
#include "tests/bench/measure.h"

namespace nightshift::bench {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr int kNewlyDue = 1000;

/// Open jobs of these numbers, due a second after each other, with a clock each. Without triggers: what
/// they would write stands in the statements.
void fill_with_open_jobs(tests::Database& database, system_clock::time_point first, int from, int to) {
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    tx.execute("set local statement_timeout = 0; set local session_replication_role = replica");
    tx.execute(
        "insert into job (id, organization_id, key, title, job_type_id, job_status_id, job_priority_id, "
        "created_by_user_id, assigned_to_user_id, department_id, due_date) select uuid7(), "
        "t.organization_id, 'B-' || i, "
        "'Job ' || i, t.id, s.id, p.id, u.id, u.id, d.id, '" +
        core::time::rfc3339(first) +
        "'::timestamptz + i * interval '1 second' "
        "from generate_series(" +
        std::to_string(from) + ", " + std::to_string(to) +
        ") i, "
        "(select * from job_type limit 1) t, (select * from job_status where category = 'open' limit 1) s, "
        "(select * from job_priority limit 1) p, (select * from app_user limit 1) u, "
        "(select * from department where manager_user_id is not null limit 1) d");
    tx.execute(
        "insert into job_due_watch (job_id, organization_id, due_at) select id, organization_id, due_date from job "
        "where key like 'B-%' and due_date >= '" +
        core::time::rfc3339(first + std::chrono::seconds(from)) + "'");
    tx.execute(
        "insert into sla_clock (id, organization_id, job_id, metric, policy_id, budget_seconds, started_at, due_at, "
        "running_from, used_us, next_at) select uuid7(), j.organization_id, j.id, 'resolution', p.id, "
        "172800, j.due_date - interval '1 day', j.due_date + interval '1 day', j.due_date - interval '1 day', 0, "
        "j.due_date from job j, sla_policy p where j.key like 'B-%' on conflict do nothing");
    tx.commit();
}

void prepare_policy(tests::Database& database) {
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    tx.run(domain::demo::sql::seed_organization, tests::kOrganization);
    tx.execute(
        "update department d set manager_user_id = u.id from (select id, organization_id from app_user order by "
        "email limit 1) u where u.organization_id = d.organization_id");
    tx.execute(
        "insert into sla_policy (id, organization_id, name, is_active, resolution_minutes) values "
        "(gen_random_uuid(), '" +
        tests::kOrganization + "', 'Two days', true, 2880)");
    tx.commit();
}

template <class Sweep>
double swept_in(tests::Database& database, Sweep&& sweep) {
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease, {.actor = "run:bench", .organization = tests::kOrganization});
    const auto began = steady_clock::now();
    if (const auto found = sweep(tx); found != kNewlyDue)
        throw core::Error(core::Code::internal, "expected 1000 newly due, found " + std::to_string(found));
    tx.commit();
    return seconds_since(began) * 1000;
}

/// The time of these jobs is used up at that moment; of their thresholds before it everybody was told.
void let_expire(tests::Database& database, int from, int to, system_clock::time_point at) {
    const auto moment = "'" + core::time::rfc3339(at) + "'::timestamptz";
    const auto these = "c.job_id in (select id from job where key in (select 'B-' || i from generate_series(" +
                       std::to_string(from) + ", " + std::to_string(to) + ") i))";
    database.one("update sla_clock c set started_at = " + moment + " - interval '2 days', running_from = " + moment +
                 " - interval '2 days', due_at = " + moment + ", next_at = " + moment + " where " + these);
    database.one(
        "insert into sla_threshold (clock_id, percent, organization_id, fired_at) select c.id, p, "
        "c.organization_id, now() from sla_clock c, unnest('{50,80}'::int[]) p where " +
        these);
}

/// Batch after batch, until one is not full: what was found in all. A batch is {taken, found}.
template <class Batch>
std::size_t all_of(Batch&& batch) {
    std::size_t all = 0;
    for (std::size_t last = kNewlyDue; last == kNewlyDue;) {
        const auto [taken, found] = batch();
        last = taken;
        all += found;
    }
    return all;
}

std::size_t fired(core::pg::Transaction& tx, system_clock::time_point at, std::size_t domain::sla::Fired::*which) {
    return all_of([&] {
        const auto step = domain::sla::fire_due(tx, tests::kOrganization, at, kNewlyDue);
        return std::pair(step.taken, step.*which);
    });
}

void measure_at(Figures& figures, tests::Database& database, int open, system_clock::time_point due) {
    const auto name = "1,000 of " + std::to_string(open) + " open jobs: ";
    figures.push_back({name + "newly overdue", "ms",
                       swept_in(database,
                                [&](auto& tx) {
                                    return all_of([&] {
                                        const auto step =
                                            domain::jobs::notice_overdue(tx, tests::kOrganization, due, kNewlyDue);
                                        return std::pair(step.taken, step.late);
                                    });
                                }),
                       200, 0});
    figures.push_back({name + "a threshold reached", "ms",
                       swept_in(database, [&](auto& tx) { return fired(tx, due, &domain::sla::Fired::warnings); }), 200,
                       0});
    let_expire(database, open - kNewlyDue + 1, open, due);
    figures.push_back({name + "the time used up", "ms",
                       swept_in(database, [&](auto& tx) { return fired(tx, due, &domain::sla::Fired::breaches); }), 200,
                       0});
}

}  // namespace

void measure_sweeps(Figures& figures, const Options& options) {
    tests::Database database;
    prepare_policy(database);
    const auto first = system_clock::now() + std::chrono::hours(24);
    int open = 0, due = 0;
    for (const int size : {std::max(10 * kNewlyDue, options.open / 10), std::max(20 * kNewlyDue, options.open)}) {
        fill_with_open_jobs(database, first, open + 1, size);
        open = size;
        due += kNewlyDue;
        database.one("analyze");
        measure_at(figures, database, size, first + std::chrono::seconds(due));
    }
}

}  // namespace nightshift::bench
