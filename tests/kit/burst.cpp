#include "tests/kit/burst.h"

#include <fstream>

#include "kinds.h"
#include "queue/kinds.h"
#include "queue/submit.h"
#include "tests/kit/eventually.h"
#include "tests/kit/operator.h"
#include "tests/kit/program.h"

namespace nightshift::tests {
namespace {

double peak_mib(pid_t pid) {
    constexpr double kKibInMib = 1024;
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / kKibInMib;
    return 0;
}

}  // namespace

Burst::Burst(Database& database, int jobs) : database_(database), jobs_(jobs) {
    let_operator_in(database.pool());
    const auto org = "'" + kOrganization + "'::uuid";
    database_.one("delete from schedule");
    write("insert into app_user (id, organization_id, email, name) select uuid7(), " + org +
          ", 'reader' || i || '@example.org', 'Reader ' || i from generate_series(1, " + std::to_string(jobs / 2) +
          ") i");
    write("insert into membership (organization_id, user_id, role_id) select " + org +
          ", u.id, r.id from app_user u join role r on r.organization_id = u.organization_id and r.name = 'member' "
          "where u.email like 'reader%'");
    write(
        "insert into job (id, organization_id, key, title, job_type_id, job_status_id, job_priority_id, "
        "created_by_user_id, assigned_to_user_id, created_at) select uuid7(), " +
        org +
        ", 'X-' || i || '-' || u.id, 'A job', t.id, s.id, p.id, u.id, u.id, now() - interval '3 days' from "
        "generate_series(1, 2) i, (select id from job_type limit 1) t, (select id from job_status where category = "
        "'open' limit 1) s, (select id from job_priority limit 1) p, (select id from app_user where email like "
        "'reader%') u");
    database_.one("analyze");
}

/// Without triggers: what they would write is written by who calls.
void Burst::write(const std::string& sql) {
    auto lease = database_.pool().acquire();
    core::pg::Transaction tx(lease);
    tx.execute("set local statement_timeout = 0; set local session_replication_role = replica");
    tx.execute(sql);
    tx.commit();
}

Burst::Outcome Burst::overdue() {
    write(
        "update job set due_date = date_trunc('minute', now()) - interval '5 minutes' + random() * interval '1 "
        "minute'");
    write("insert into job_due_watch (job_id, organization_id, due_at) select id, organization_id, due_date from job");
    return swept("sweeps", "job_overdue", "select count(*) from (select from job_due_watch limit 1) x");
}

Burst::Outcome Burst::late() {
    write("insert into sla_policy (id, organization_id, name, is_active, resolution_minutes) values (uuid7(), '" +
          kOrganization + "', 'Two days', true, 2880)");
    write(
        "insert into sla_clock (id, organization_id, job_id, metric, policy_id, budget_seconds, started_at, due_at, "
        "running_from, used_us, next_at) select uuid7(), j.organization_id, j.id, 'resolution', p.id, 172800, "
        "j.created_at, j.created_at + interval '2 days', j.created_at, 0, j.created_at + interval '1 day' from job j, "
        "sla_policy p");
    return swept("sweeps", "sla_breached",
                 "select count(*) from (select from sla_clock where next_at is not null limit 1) x");
}

Burst::Outcome Burst::reminded() {
    database_.one("update reminder_rule set is_active = name = 'Due in 24 hours'");
    write("update job set due_date = now() + interval '20 hours'");
    queue::register_kinds(generated::kinds, true);
    queue::submit_alone(database_.pool(), {.kind = "reminder.sweep", .organization = kOrganization});
    return swept("reminders", "reminder_before_due",
                 "select count(*) from (select from reminder where state = 'held' limit 1) x");
}

Burst::Outcome Burst::swept(const std::string& queue, const std::string& type, const std::string& left) {
    using std::chrono::steady_clock;
    database_.one("analyze");
    Outcome outcome;
    const auto began = steady_clock::now();
    {
        Program program({.database_url = database_.url(), .queue = queue});
        outcome.ended = eventually(
            [&] {
                return database_.number("select count(*) from run_archive where queue = '" + queue + "'") > 0 &&
                       database_.number("select count(*) from run") == 0 && database_.number(left) == 0;
            },
            std::chrono::minutes(10));
        outcome.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
        outcome.peak_mib = peak_mib(program.pid());
    }
    const auto of_type = " from notification where type = '" + type + "'";
    outcome.told = database_.number("select count(*)" + of_type);
    outcome.twice = outcome.told - database_.number("select count(distinct (job_id, user_id))" + of_type);
    outcome.forgotten = database_.number("select count(*) from job where id not in (select job_id" + of_type + ")");
    return outcome;
}

}  // namespace nightshift::tests
