// A sweep of reminders over many people, of whom some have something due: by rules, zones, quiet hours and working
// days.
#include "domain/reminders/reminders.h"

#include "domain/demo/sql.h"
#include "tests/bench/measure.h"

namespace nightshift::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kPeople = 100000, kDue = 5000;

/// Everybody has a role, a zone and hours of their own; each has one open job, and every twentieth's is due tomorrow.
void fill_with_people(tests::Database& database) {
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    tx.run(domain::demo::sql::seed_organization, tests::kOrganization);
    tx.execute("set local statement_timeout = 0; set local session_replication_role = replica");  // no triggers
    const auto org = "'" + tests::kOrganization + "'::uuid", people = std::to_string(kPeople),
               each = std::to_string(kPeople / kDue);
    tx.execute("insert into role (id, organization_id, name, title, permissions) values (gen_random_uuid(), " + org +
               ", 'worker', 'Worker', '{job.view:own}')");
    tx.execute("insert into app_user (id, organization_id, email, name, time_zone) select gen_random_uuid(), " + org +
               ", 'bench' || i || '@example.org', 'Bench ' || i, (array['Europe/Paris', 'America/New_York', "
               "'Asia/Tokyo', 'Australia/Lord_Howe', 'UTC'])[1 + i % 5] from generate_series(1, " +
               people + ") i");
    tx.execute("insert into membership (organization_id, user_id, role_id) select " + org +
               ", u.id, r.id from app_user u, role r where r.name = 'worker' and u.email like 'bench%'");
    tx.execute(
        "insert into notification_hours (user_id, organization_id, quiet_from, quiet_to, working_days) select "
        "id, " +
        org +
        ", '22:00', '06:00', case when random() < 0.5 then '{1,2,3,4,5}'::smallint[] end from app_user where "
        "email like 'bench%' and random() < 0.3");
    tx.execute(
        "insert into job (id, organization_id, key, title, job_type_id, job_status_id, job_priority_id, "
        "created_by_user_id, assigned_to_user_id, due_date) select gen_random_uuid(), " +
        org +
        ", 'BENCH-' || n, 'A job', (select id from job_type limit 1), (select id from job_status where category = "
        "'open'), (select id from job_priority limit 1), u.id, u.id, case when n % " +
        each +
        " = 0 then now() + interval '23 hours' else now() + make_interval(days => (3 + n % 300)::int) end from "
        "(select id, row_number() over () as n from app_user where email like 'bench%') u");
    tx.commit();
    database.one("analyze");
}

double swept_in(tests::Database& database, core::time::Instant now, std::size_t& found) {
    auto lease = database.pool().acquire();
    const auto began = steady_clock::now();
    core::pg::Transaction tx(lease);
    found = domain::reminders::sweep(tx, tests::kOrganization, now).found;
    tx.commit();
    return seconds_since(began);
}

}  // namespace

void measure_reminders(Figures& figures, const Options&) {
    tests::Database database;
    fill_with_people(database);
    const auto now = std::chrono::system_clock::now();
    std::size_t found = 0;
    const auto name = std::to_string(kPeople) + " people, ";
    const double first = swept_in(database, now, found);
    figures.push_back({name + std::to_string(found) + " newly reminded or held", "s", first, 1.0, 0});
    const double again = swept_in(database, now + std::chrono::minutes(15), found);
    figures.push_back({name + std::to_string(found) + " a quarter of an hour later", "s", again, 1.0, 0});
}

}  // namespace nightshift::bench
