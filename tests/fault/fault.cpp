#include "tests/fault/fault.h"

#include "core/amqp/amqp.h"
#include "core/error/error.h"
#include "kinds.h"
#include "queue/kinds.h"
#include "queue/verify.h"
#include "tests/kit/operator.h"

namespace nightshift::tests {
namespace {

/// Each returns what must not be.
struct Wrong {
    const char* what;
    const char* sql;
};
constexpr Wrong kWrongs[] = {
    {"an effect was applied twice", "select run_id from diagnostic_effect group by run_id having count(*) > 1"},
    {"an effect without a success",
     "select run_id from diagnostic_effect where run_id not in (select id from run_archive where state = 'succeeded')"},
    {"a success without its effect",
     "select id from run_archive where kind = 'diagnostic.effect' and state = 'succeeded' and id not in (select run_id "
     "from diagnostic_effect)"},
    {"a run ended twice", "select id from run_archive group by id having count(*) > 1"},
    {"a run lives and has ended", "select id from run join run_archive using (id)"},
    {"a tick without its run",
     "select fire_at from schedule_fire where outcome = 'fired' and run_id not in (select id from api.run)"},
    {"a tick with two runs",
     "select schedule_id from run_archive where schedule_id is not null and id not in (select run_id from "
     "schedule_fire "
     "where run_id is not null)"},
    {"a dead run without its event",
     "select id from run_archive where state = 'dead' and id not in (select run_id from run_event where event = "
     "'dead')"},
    {"a dead group that counts wrongly",
     "select g.fingerprint from dead_group g where total <> (select count(*) from run_archive a where a.fingerprint = "
     "g.fingerprint and a.organization_id = g.organization_id and a.state = 'dead')"},
    {"a run of a process that is gone",
     "select r.id from run r join incarnation i on i.id = r.incarnation where r.state = 'running' and i.ended_at is "
     "not "
     "null"},
};

}  // namespace

Fault::Fault(const std::string& server) : database(server) {
    queue::register_kinds(generated::kinds, true);
    let_operator_in(database.pool());
    database.one("insert into queue (name) values ('" + queue_name + "')");
    database.one("delete from schedule");  // those that an organization begins with: each test has its own
}

Fault::~Fault() {
    try {
        core::amqp::Link(broker_url).delete_queue("nightshift." + queue_name);
    } catch (const core::Error&) {  // never declared, or the broker is down on purpose
    }
}

ProgramSettings Fault::settings() const {
    return {.database_url = database.url(), .broker_url = broker_url, .queue = queue_name};
}

std::unique_ptr<Program> Fault::start(ProgramSettings with) const {
    return std::make_unique<Program>(std::move(with));
}

queue::Submission Fault::submission(std::string kind, object args) const {
    return {.kind = std::move(kind), .args = std::move(args), .organization = kOrganization, .queue = queue_name};
}

std::vector<std::string> Fault::submit(const std::vector<queue::Submission>& submissions) {
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    std::vector<std::string> ids;
    for (const auto& one : queue::submit(tx, submissions)) ids.push_back(one.id);
    tx.commit();
    submitted.insert(submitted.end(), ids.begin(), ids.end());
    return ids;
}

std::vector<std::string> Fault::submit_effects(std::size_t count, double seconds) {
    return submit(std::vector<queue::Submission>(count, submission("diagnostic.effect", {{"seconds", seconds}})));
}

void Fault::schedule_each_second() {
    database.one(
        "insert into schedule (id, organization_id, name, kind, queue, cron, overlap, misfire, next_fire_at) values "
        "(gen_random_uuid(), '" +
        kOrganization + "', 'each second', 'diagnostic.effect', '" + queue_name +
        "', '* * * * * *', 'allow', 'fire_all', date_trunc('second', now()))");
}

bool Fault::all_ended(std::chrono::milliseconds limit) {
    database.one("update schedule set is_paused = true");
    return eventually([&] { return database.number("select count(*) from run") == 0; }, limit);
}

void Fault::expire_lease_of(const Program& program) {
    database.one("update incarnation set lease_until = clock_timestamp() where pid = " + std::to_string(program.pid()));
}

testing::AssertionResult Fault::sound() {
    auto result = testing::AssertionSuccess();
    const auto wrong = [&](const std::string& what) {
        result = testing::AssertionFailure() << result.message() << what << "; ";
    };
    for (const auto& [what, sql] : kWrongs)
        if (const auto first = database.one(sql); !first.empty()) wrong(std::string(what) + ": " + first);
    for (const auto& checked : queue::verify(database.pool(), {}))
        if (!checked.holds())
            wrong(std::string(checked.invariant->name) + ": " + core::json::text(core::json::value(checked.rows)) +
                  checked.problem);
    for (const auto& id : submitted)
        if (database.number("select count(*) from run_archive where id = '" + id + "'") != 1)
            wrong("not ended: " + database.one("select row_to_json(r) from api.run r where id = '" + id + "'") + " " +
                  id);
    return result;
}

}  // namespace nightshift::tests
