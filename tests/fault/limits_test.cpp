// What a host, a database or an operator can run short of or do too often: connections, descriptors, signals, the log.
// Fault matrix rows 13, 40, 43, 44.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "core/error/error.h"
#include "tests/fault/fault.h"
#include "tests/kit/connect.h"
#include "tests/kit/private_servers.h"

namespace nightshift::tests {
namespace {

struct ScarcePostgres {
    ScarcePostgres() { servers.run("postgres_start"); }
    PrivateServers servers;
};

/// A server of its own whose connections are counted.
class ScarceDatabase : private ScarcePostgres, public Fault {
protected:
    ScarceDatabase() : Fault(servers.ask("postgres_url")) {}

    /// Every statement of `when` on live runs fails one time out of three, as PostgreSQL fails them itself. A sequence
    /// goes on whatever is rolled back.
    void trouble(const std::string& when, const std::string& code) {
        database.one("create sequence if not exists trouble");
        database.one(
            "create or replace function make_trouble() returns trigger language plpgsql as $$ begin "
            "if nextval('trouble') % 3 = 0 then raise exception 'made trouble' using errcode = '" +
            code + "'; end if; return null; end $$");
        database.one("create or replace trigger trouble before " + when +
                     " on run for each statement execute function make_trouble()");
    }
    void no_trouble() { database.one("drop trigger trouble on run"); }
    using ScarcePostgres::servers;
};

TEST_F(ScarceDatabase, whose_statements_fail_for_others_sake_loses_and_doubles_nothing) {
    const auto program = start();
    ASSERT_TRUE(program->ready());
    for (const auto* code : {"40001", "40P01"})  // serialization failure, deadlock
        for (const auto* when : {"update", "delete", "update or delete"}) {
            submit_effects(5);
            submit(std::vector<queue::Submission>(5, submission("diagnostic.echo")));
            trouble(when, code);
            EXPECT_TRUE(all_ended()) << code << " at " << when << program->log();
            no_trouble();
        }
    EXPECT_TRUE(sound());
    EXPECT_FALSE(program->ended(0ms));
}

TEST_F(ScarceDatabase, that_refuses_a_submission_says_so_and_keeps_nothing) {
    const auto program = start();
    ASSERT_TRUE(program->ready());
    const auto body = R"({"kind": "diagnostic.echo", "queue": ")" + queue_name + R"("})";
    trouble("insert", "40001");
    int taken = 0;
    for (int i = 0; i < 12; ++i) {
        const auto answer = program->call("POST", "/api/v1/runs", body);
        if (answer.status == 201 || answer.status == 202)
            ++taken;
        else
            EXPECT_EQ(answer.status, 503) << answer.body;
    }
    no_trouble();
    EXPECT_TRUE(all_ended());
    EXPECT_EQ(database.number("select count(*) from run_archive"), taken);
    EXPECT_TRUE(sound());
}

TEST_F(ScarceDatabase, without_a_free_connection_is_waited_for) {
    const auto first = start();
    ASSERT_TRUE(first->ready());
    auto greedy =
        std::make_unique<core::pg::Pool>(core::pg::PoolSettings{.url = database.url(), .size = 1000, .wait = 1s});
    std::vector<core::pg::Lease> held;
    const auto take_all = [&] {
        for (;;) held.push_back(greedy->acquire());
    };
    EXPECT_THROW(take_all(), core::Error);
    ASSERT_GT(held.size(), 20U);
    const auto second = start();
    EXPECT_TRUE(eventually([&] { return second->told("database.waiting") > 0; })) << second->log();
    EXPECT_FALSE(second->ended(0ms));
    // Those of the first are cut, and others take their place
    database.one(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and "
        "application_name like 'nightshift-%' and pid <> pg_backend_pid()");
    EXPECT_THROW(take_all(), core::Error);
    held.clear();
    greedy.reset();
    EXPECT_TRUE(second->ready()) << second->log();
    submit_effects(10);
    EXPECT_TRUE(all_ended()) << first->log();
    EXPECT_EQ(first->call("GET", "/ready").status, 200);
    EXPECT_TRUE(sound());
    EXPECT_FALSE(first->ended(0ms));
}

class Limits : public Fault {};

std::size_t open_files(const Program& program) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(program.pid()) + "/fd"))
        count += entry.path().empty() ? 0U : 1U;
    return count;
}

TEST_F(Limits, of_descriptors_refuse_new_clients_and_heal) {
    const auto program = start();
    ASSERT_TRUE(program->ready());
    ASSERT_EQ(program->call("GET", "/ready").status, 200);
    submit_effects(20);
    ASSERT_TRUE(all_ended());  // its links stand
    const auto fds = static_cast<rlim_t>(open_files(*program));
    const rlimit few{fds + 8, fds + 8};
    ASSERT_EQ(::prlimit(program->pid(), RLIMIT_NOFILE, &few, nullptr), 0);
    std::vector<int> clients;
    const auto port = program->url().substr(program->url().rfind(':') + 1);
    for (int i = 0; i < 64; ++i) clients.push_back(connect_to("127.0.0.1", port));
    submit_effects(5);
    EXPECT_TRUE(all_ended()) << program->log();  // work goes on
    for (const int fd : clients) ::close(fd);
    EXPECT_TRUE(eventually([&] { return program->call("GET", "/ready").status == 200; })) << program->log();
    submit(std::vector<queue::Submission>(5, submission("diagnostic.echo")));
    EXPECT_TRUE(all_ended());
    EXPECT_FALSE(program->ended(0ms));
    EXPECT_TRUE(sound());
}

TEST_F(Limits, of_nobodys_patience_a_storm_of_signals_changes_nothing) {
    const auto program = start();
    ASSERT_TRUE(program->ready());
    submit_effects(50, 0.02);  // opens what work ever opens
    ASSERT_TRUE(all_ended());
    const auto before = open_files(*program);
    submit_effects(20, 0.05);
    for (int i = 0; i < 300; ++i) {
        for (const int number : {SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2}) program->signal(number);
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_TRUE(all_ended());
    const auto reloaded = program->told("configuration.reloaded");
    program->signal(SIGHUP);
    EXPECT_TRUE(eventually([&] { return program->told("configuration.reloaded") > reloaded; }));
    EXPECT_LE(open_files(*program), before + 2);
    EXPECT_FALSE(program->ended(0ms));
    EXPECT_TRUE(sound());
}

TEST_F(Limits, of_the_log_hold_no_work_up_and_are_counted) {
    auto with = settings();
    const auto port = std::to_string(any_free_port());
    with.environment["NIGHTSHIFT_METRICS__PORT"] = port;
    with.log = "/dev/full";
    const auto program = start(with);
    submit_effects(5);
    EXPECT_TRUE(all_ended());
    const auto answer = Program::ask(port, "GET", "/metrics");
    EXPECT_EQ(answer.status, 200);
    const std::string name = "\nnightshift_log_dropped_total ";
    const auto at = answer.body.find(name);
    ASSERT_NE(at, std::string::npos) << answer.body;
    EXPECT_GE(std::stoi(answer.body.substr(at + name.size())), 2);
    program->signal(SIGTERM);
    EXPECT_TRUE(program->exited(0));
    EXPECT_TRUE(sound());
}

TEST_F(Limits, of_streams_that_are_closed_send_no_log_into_a_socket) {
    auto with = settings();
    with.has_output = false;
    const auto program = start(with);
    submit_effects(5);
    EXPECT_TRUE(all_ended());
    const auto stream = [&](int fd) {
        return std::filesystem::read_symlink("/proc/" + std::to_string(program->pid()) + "/fd/" + std::to_string(fd));
    };
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) EXPECT_EQ(stream(fd), "/dev/null") << fd;
    program->signal(SIGTERM);
    EXPECT_TRUE(program->exited(0));
    EXPECT_TRUE(sound());
}

TEST_F(Limits, of_a_port_a_worker_alone_has_one_for_who_watches_it) {
    auto with = settings();
    const auto port = std::to_string(any_free_port());
    with.roles = "worker,dispatcher";
    with.environment["NIGHTSHIFT_METRICS__PORT"] = port;
    const auto program = start(with);
    ASSERT_TRUE(program->ready());
    submit_effects(3);
    ASSERT_TRUE(all_ended());
    EXPECT_EQ(Program::ask(port, "GET", "/health").status, 200);
    EXPECT_EQ(Program::ask(port, "GET", "/ready").status, 200);
    const auto scraped = Program::ask(port, "GET", "/metrics");
    EXPECT_NE(scraped.body.find(R"(nightshift_run_outcomes_total{)"), std::string::npos) << scraped.body;
    EXPECT_EQ(Program::ask(port, "GET", "/api/v1/runs").status, 404);
}

}  // namespace
}  // namespace nightshift::tests
