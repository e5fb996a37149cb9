// The operator's commands against the real daemon: what they print, and with which code they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "core/time/time.h"
#include "daemon/commands/command.h"
#include "daemon/commands/console/group.h"
#include "queue/sql.h"
#include "tests/kit/command.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"
#include "tests/kit/operator.h"
#include "tests/kit/program.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;
using daemon::console::kExitRefused;
using testing::HasSubstr;
using testing::Not;

/// One daemon for all: the tests use rows of their own.
class Commands : public testing::Test {
protected:
    static void SetUpTestSuite() {
        made = std::make_unique<Database>();
        let_operator_in(made->pool());
        serving = std::make_unique<Program>(ProgramSettings{.database_url = made->url(), .queue = "default, reports"});
        ASSERT_TRUE(serving->ready());
    }
    static void TearDownTestSuite() {
        serving.reset();
        made.reset();
    }

    static Ran run(const std::vector<std::string>& arguments) {
        return run_command(arguments, {{"NIGHTSHIFT_URL", serving->url()}, {"NIGHTSHIFT_TOKEN", kOperatorKey}});
    }
    static json::value said(std::vector<std::string> arguments) {
        arguments.emplace_back("--json");
        const auto ran = run(arguments);
        EXPECT_EQ(ran.code, daemon::kExitOk) << ran.err;
        return ran.code == daemon::kExitOk ? json::parse(ran.out) : json::value{};
    }
    static std::string id_in(const json::value& object) { return std::string(object.at("id").as_string()); }
    static std::string submitted(const std::string& kind, const std::string& args = "{}") {
        return id_in(said({"runs", "submit", kind, "--args", args}));
    }
    static std::string member(const json::value& object, const char* name) {
        return std::string(object.at(name).as_string());
    }

    static inline std::unique_ptr<Database> made;
    static inline std::unique_ptr<Program> serving;
};

TEST_F(Commands, a_run_is_submitted_waited_for_and_shown) {
    const auto ran = run({"runs", "submit", "diagnostic.echo", "--args", R"({"say":"hello"})", "--wait"});
    EXPECT_EQ(ran.code, daemon::kExitOk) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("succeeded"));
    EXPECT_EQ(ran.err, "");  // no bar where standard error is no terminal
    const auto id = ran.out.substr(0, 36);
    EXPECT_THAT(run({"runs", "show", id}).out, HasSubstr("hello"));
    EXPECT_THAT(run({"runs", "list", "--kind", "diagnostic.echo", "--state", "succeeded"}).out, HasSubstr(id));
    EXPECT_THAT(run({"runs", "list", "--kind", "no.such"}).out, HasSubstr("no runs"));
    EXPECT_EQ(member(said({"runs", "show", id}), "state"), "succeeded");
}

TEST_F(Commands, waiting_for_a_run_that_dies_fails) {
    const auto ran = run({"runs", "submit", "diagnostic.fail", "--args", R"({"how":"permanent"})", "--wait"});
    EXPECT_EQ(ran.code, daemon::kExitFailed);
    EXPECT_THAT(ran.out, HasSubstr("dead"));
    const auto again = run({"runs", "retry", ran.out.substr(0, 36), "--wait"});
    EXPECT_EQ(again.code, daemon::kExitFailed);
    EXPECT_THAT(again.out, Not(HasSubstr(ran.out.substr(0, 36))));
}

TEST_F(Commands, a_wait_has_its_limit_and_the_run_goes_on) {
    const auto ran =
        run({"runs", "submit", "diagnostic.sleep", "--args", R"({"seconds":600})", "--wait", "--wait-for", "200ms"});
    EXPECT_EQ(ran.code, daemon::kExitFailed);
    EXPECT_THAT(ran.err, HasSubstr("has not ended in time"));
    const auto id = ran.err.substr(ran.err.find("run ") + 4, 36);
    const auto cancelled = run({"runs", "cancel", id, "--reason", "enough", "--wait"});
    EXPECT_EQ(cancelled.code, daemon::kExitOk) << cancelled.out << cancelled.err;
    EXPECT_THAT(run({"runs", "show", id}).out, HasSubstr("enough"));
}

TEST_F(Commands, a_paused_queue_explains_itself) {
    EXPECT_THAT(run({"queues", "pause", "default"}).out, HasSubstr("is_paused"));
    const auto id = submitted("diagnostic.echo");
    EXPECT_THAT(run({"runs", "explain", id}).out, HasSubstr("the queue default is paused"));
    EXPECT_THAT(run({"queues", "list"}).out, HasSubstr("paused"));
    EXPECT_EQ(said({"queues", "resume", "default"}).at("is_paused"), false);
    EXPECT_TRUE(eventually([&] { return member(said({"runs", "show", id}), "state") == "succeeded"; }));
    EXPECT_EQ(run({"queues", "show", "no-such"}).code, kExitRefused);
}

TEST_F(Commands, a_schedule_is_made_changed_fired_and_deleted_by_its_name) {
    const auto made_one = run({"schedules", "create", "nightly", "--kind", "diagnostic.echo", "--cron", "0 3 * * *",
                               "--tz", "Europe/Berlin", "--args", R"({"say":"good night"})"});
    ASSERT_EQ(made_one.code, daemon::kExitOk) << made_one.err;
    EXPECT_THAT(run({"schedules", "list"}).out, HasSubstr("nightly"));
    EXPECT_THAT(run({"schedules", "preview", "nightly", "--count", "2"}).out, HasSubstr("03:00:00"));
    const auto before = member(said({"schedules", "show", "nightly"}), "next_fire_at");
    const auto changed = said({"schedules", "update", "nightly", "--cron", "30 4 * * *", "--overlap", "allow"});
    EXPECT_EQ(member(changed, "cron"), "30 4 * * *");
    EXPECT_EQ(member(changed, "time_zone"), "Europe/Berlin");
    EXPECT_EQ(member(changed, "overlap"), "allow");
    EXPECT_NE(member(changed, "next_fire_at"), before);
    EXPECT_EQ(said({"schedules", "pause", "nightly"}).at("is_paused"), true);
    EXPECT_EQ(said({"schedules", "resume", "nightly"}).at("is_paused"), false);
    EXPECT_THAT(run({"schedules", "trigger", "nightly", "--wait"}).out, HasSubstr("succeeded"));
    EXPECT_THAT(run({"schedules", "show", "nightly"}).out, HasSubstr("triggered"));
    EXPECT_EQ(run({"schedules", "delete", "nightly"}).code, daemon::kExitOk);
    EXPECT_EQ(run({"schedules", "show", "nightly"}).code, daemon::kExitUsage);
}

TEST_F(Commands, a_changed_rule_is_checked_and_a_wrong_one_changes_nothing) {
    said({"schedules", "create", "checked", "--kind", "diagnostic.echo", "--cron", "@daily"});
    EXPECT_EQ(run({"schedules", "update", "checked", "--cron", "99 * * * *"}).code, kExitRefused);
    EXPECT_EQ(run({"schedules", "update", "checked", "--tz", "Eurpe/Berlin"}).code, kExitRefused);
    EXPECT_EQ(run({"schedules", "update", "checked", "--kind", "no.such"}).code, kExitRefused);
    EXPECT_EQ(run({"schedules", "update", "checked", "--args", R"({"unknown":1})"}).code, kExitRefused);
    EXPECT_EQ(run({"schedules", "update", "checked"}).code, daemon::kExitUsage);
    EXPECT_EQ(member(said({"schedules", "show", "checked"}), "cron"), "@daily");
    run({"schedules", "delete", "checked"});
}

TEST_F(Commands, a_rule_changed_while_it_fires_neither_repeats_nor_loses_its_ticks) {
    const auto schedule = said(
        {"schedules", "create", "ticking", "--kind", "diagnostic.echo", "--cron", "* * * * * *", "--overlap", "allow"});
    const auto fires = "select count(*) from schedule_fire where schedule_id = '" + id_in(schedule) + "'";
    ASSERT_TRUE(eventually([&] { return made->number(fires) >= 1; }));
    for (int i = 0; i < 10; ++i)
        said({"schedules", "update", "ticking", "--cron", i % 2 == 0 ? "*/1 * * * * *" : "* * * * * *"});
    const auto so_far = made->number(fires);
    EXPECT_TRUE(eventually([&] { return made->number(fires) >= so_far + 2; }));
    EXPECT_EQ(made->number("select count(*) from schedule s join schedule_fire f on f.schedule_id = s.id where "
                           "f.fire_at >= s.next_fire_at and s.name = 'ticking'"),
              0);
    run({"schedules", "delete", "ticking"});
}

TEST_F(Commands, dead_runs_are_shown_redriven_and_discarded_by_group) {
    const auto id = submitted("diagnostic.fail", R"({"how":"permanent"})");
    ASSERT_TRUE(eventually([&] { return member(said({"runs", "show", id}), "state") == "dead"; }));
    const auto groups = said({"dead", "list"});
    const auto group = id_in(groups.as_array().at(0));
    EXPECT_THAT(run({"dead", "show", group}).out, HasSubstr(id));
    const auto redriven = said({"dead", "redrive", group, "--limit", "1"});
    EXPECT_EQ(redriven.at("redriven"), 1);
    const std::string again(redriven.at("runs").as_array().at(0).as_string());
    ASSERT_TRUE(eventually([&] { return member(said({"runs", "show", again}), "state") == "dead"; }));
    EXPECT_EQ(run({"dead", "discard", group, "--note", "known"}).code, daemon::kExitOk);
    EXPECT_THAT(run({"dead", "list"}).out, Not(HasSubstr(group)));
    EXPECT_THAT(run({"dead", "list", "--all"}).out, HasSubstr("settled"));
    EXPECT_EQ(run({"dead", "show", core::time::uuid7()}).code, kExitRefused);
}

TEST_F(Commands, workers_are_listed_and_watched) {
    EXPECT_THAT(run({"workers", "list"}).out, HasSubstr("alive"));
    const std::vector<std::string> watch{"workers", "list", "--watch", "--every", "10ms", "--rounds", "2"};
    // The beat tells how many slots are busy a moment after the last run of another test ended.
    EXPECT_TRUE(eventually([&] { return run(watch).out.find("1 alive, 0 of 4 slots busy") != std::string::npos; }));
    const auto watched = run(watch);
    EXPECT_EQ(watched.code, daemon::kExitOk);
    EXPECT_NE(watched.out.find("QUEUE  "), watched.out.rfind("QUEUE  "));
    EXPECT_THAT(watched.out, Not(HasSubstr("\033")));  // no terminal, nothing to steer
}

TEST_F(Commands, a_report_is_asked_for_waited_for_and_saved) {
    ASSERT_EQ(run({"seed", "--demo", "--jobs", "20", "--config", serving->configuration().string()}).code, 0);
    const auto file = (std::filesystem::temp_directory_path() / (core::time::uuid7() + ".csv")).string();
    const auto ran = run({"reports", "generate", "Jobs", "--format", "CSV", "-o", file});
    ASSERT_EQ(ran.code, daemon::kExitOk) << ran.out << ran.err;
    EXPECT_GT(std::filesystem::file_size(file), 100U);
    const auto listed = said({"reports", "list"}).as_array();  // the demo's schedules ask for some too
    const auto* const ours = std::ranges::find_if(listed, [](const auto& one) { return one.at("name") == "Jobs"; });
    ASSERT_NE(ours, listed.end());
    const auto id = id_in(*ours);
    EXPECT_THAT(run({"reports", "show", id}).out, HasSubstr("ready"));
    EXPECT_EQ(run({"reports", "download", id, "-o", file}).code, daemon::kExitFailed);
    EXPECT_EQ(run({"reports", "download", id, "-o", file, "--force"}).code, daemon::kExitOk);
    const auto streamed = run({"reports", "download", id, "-o", "-"});
    EXPECT_EQ(streamed.out.size(), std::filesystem::file_size(file));
    EXPECT_EQ(run({"reports", "delete", id}).code, daemon::kExitOk);
    EXPECT_EQ(run({"reports", "show", id}).code, kExitRefused);
    std::filesystem::remove(file);
}

TEST_F(Commands, what_the_api_refuses_is_told_with_its_reason) {
    const auto unknown = run({"runs", "submit", "diagnostic.ecko"});
    EXPECT_EQ(unknown.code, kExitRefused);
    EXPECT_THAT(unknown.err, HasSubstr("diagnostic.echo"));
    const auto locked = run({"runs", "list", "--token", "wrong"});
    EXPECT_EQ(locked.code, kExitRefused);
    EXPECT_THAT(locked.err, HasSubstr("NIGHTSHIFT_TOKEN"));
    EXPECT_EQ(run({"runs", "show", core::time::uuid7()}).code, kExitRefused);
}

TEST_F(Commands, a_daemon_that_is_not_there_is_told_with_where_it_was_looked_for) {
    const auto away = run({"runs", "list", "--url", "http://127.0.0.1:1"});
    EXPECT_EQ(away.code, daemon::kExitUnavailable);
    EXPECT_THAT(away.err, HasSubstr("127.0.0.1:1"));
    EXPECT_THAT(away.err, HasSubstr("nightshift serve"));
}

TEST_F(Commands, a_command_that_is_used_wrongly_says_how) {
    EXPECT_EQ(run({"runs"}).code, daemon::kExitUsage);
    EXPECT_EQ(run({"runs", "sing"}).code, daemon::kExitUsage);
    EXPECT_EQ(run({"runs", "submit", "diagnostic.echo", "--args", "{"}).code, daemon::kExitUsage);
    const auto lost = run_command({"runs", "list", "--config", "/no/such/file"});
    EXPECT_EQ(lost.code, daemon::kExitConfiguration);
    const auto nowhere = run_command({"runs", "list"}, {{"NIGHTSHIFT_CONFIG", "/no/such/file"}});
    EXPECT_EQ(nowhere.code, daemon::kExitUsage);
    EXPECT_THAT(nowhere.err, HasSubstr("NIGHTSHIFT_URL"));
}

TEST_F(Commands, verify_finds_nothing_and_then_what_is_broken) {
    const auto config = serving->configuration().string();
    const auto fine = run({"verify", "--config", config});
    EXPECT_EQ(fine.code, daemon::kExitOk) << fine.out;
    EXPECT_THAT(fine.out, HasSubstr("invariants hold"));
    made->one(
        "insert into run_archive (id, organization_id, kind, queue, state, priority, epoch, attempt, max_attempts, "
        "crashes, created_at, finished_at, origin, args) select gen_random_uuid(), gen_random_uuid(), 'k', 'q', "
        "'cancelled', 2, 0, 0, 1, 0, now(), now(), 'test', '{}'");
    const auto broken = run({"verify", "--config", config, "--json"});
    EXPECT_EQ(broken.code, daemon::kExitFailed);
    EXPECT_EQ(json::parse(broken.out).at("holds"), false);
    made->one("delete from run_archive where origin = 'test'");
    EXPECT_EQ(run({"verify", "--config", config, "--since", "soon"}).code, daemon::kExitUsage);
}

/// The health of one check.
std::string health(const json::value& told, std::string_view check) {
    for (const auto& finding : told.at("findings").as_array())
        if (finding.at("check").as_string() == check) return std::string(finding.at("health").as_string());
    return "not looked at";
}

TEST_F(Commands, the_doctor_finds_a_running_daemon_in_good_health) {
    const auto ran = run({"doctor", "--config", serving->configuration().string(), "--json"});
    const auto told = json::parse(ran.out);
    for (const auto* check : {"configuration", "database", "encoding", "schema", "clock", "workers", "schedules", "api",
                              "broker", "time zones"})
        EXPECT_EQ(health(told, check), "good") << check << ran.out;
    EXPECT_EQ(ran.code, told.at("is_well").as_bool() ? daemon::kExitOk : daemon::kExitFailed);
}

/// A configuration of its own, changed in one place.
class Doctor : public Commands {
protected:
    ~Doctor() override { std::filesystem::remove(path); }
    json::value examined(const std::string& configuration) {
        std::ofstream(path) << configuration;
        const auto ran = run({"doctor", "--config", path.string(), "--json"});
        EXPECT_EQ(ran.code, daemon::kExitFailed) << ran.err;
        return json::parse(ran.out);
    }
    std::filesystem::path path = std::filesystem::temp_directory_path() / (core::time::uuid7() + ".yaml");
    const std::string database = "database: {url: \"" + made->url() + "\"}\n";
};

TEST_F(Doctor, names_a_configuration_that_can_not_be_read) {
    EXPECT_EQ(health(examined("databse: {}\n"), "configuration"), "failure");
}

TEST_F(Doctor, names_servers_that_do_not_answer_and_a_folder_that_is_not_there) {
    const auto told = examined(
        "database: {url: \"postgresql://nobody@127.0.0.1:1/none\"}\nbroker: {url: \"amqp://a:b@127.0.0.1:1/\"}\n"
        "reports: {folder: /no/such/folder}\n");
    EXPECT_EQ(health(told, "database"), "failure");
    EXPECT_EQ(health(told, "broker"), "failure");
    EXPECT_EQ(health(told, "reports folder"), "failure");
    EXPECT_EQ(health(told, "api"), "good");
}

TEST_F(Doctor, asks_a_broker_whether_it_takes_messages) {
    const auto told =
        examined(database + "broker: {url: \"" + test_setting("NIGHTSHIFT_TEST_AMQP_URL") + "\"}\nworkers: {queues: [" +
                 core::time::uuid7() + "]}\nreports: {folder: /no/such/folder}\n");
    EXPECT_EQ(health(told, "broker"), "good");
    EXPECT_EQ(health(told, "broker alarms"), "good");
    EXPECT_EQ(health(told, "broker queues"), "warning");  // nobody made that queue
}

TEST_F(Doctor, sees_a_backlog_dead_runs_and_a_lost_zone) {
    made->one(
        "insert into run (id, organization_id, kind, queue, state, max_attempts, timeout_ms, ready_at, created_at, "
        "origin) select gen_random_uuid(), gen_random_uuid(), 'k', 'sweeps', 'ready', 5, 1, now() - interval '1 hour', "
        "now(), 'doctor'");
    made->one(
        "insert into schedule (id, organization_id, name, kind, cron, time_zone, is_paused) select gen_random_uuid(), "
        "gen_random_uuid(), 'lost', 'k', '@daily', 'Mars/Olympus', true");
    const auto dead = submitted("diagnostic.fail", R"({"how":"permanent"})");
    ASSERT_TRUE(eventually([&] { return member(said({"runs", "show", dead}), "state") == "dead"; }));
    const auto told = examined(database + "broker: {transport: postgres}\nreports: {folder: /no/such/folder}\n");
    EXPECT_EQ(health(told, "backlog"), "warning");
    EXPECT_EQ(health(told, "workers"), "failure");  // nobody serves the queue sweeps
    EXPECT_EQ(health(told, "dead runs"), "warning");
    EXPECT_EQ(health(told, "schedules"), "failure");
    made->one("delete from run where origin = 'doctor'");
    made->one("delete from schedule where name = 'lost'");
}

TEST_F(Doctor, sees_a_transaction_that_keeps_dead_rows_from_being_cleaned_up) {
    auto lease = made->pool().acquire();
    core::pg::Transaction tx(lease);
    tx.execute("set transaction isolation level repeatable read; select 1");
    const auto pins = core::pg::once(made->pool(), queue::sql::pins, 0);
    ASSERT_FALSE(pins.empty());
    EXPECT_THAT(std::string(pins.text(0, 0)), HasSubstr("transaction of "));
}

TEST_F(Doctor, sees_a_schema_that_is_behind) {
    Database empty;
    empty.one("delete from nightshift_migration where number > 1");
    const auto told = examined("database: {url: \"" + empty.url() +
                               "\"}\nbroker: {transport: postgres}\nreports: {folder: /no/such/folder}\n");
    EXPECT_EQ(health(told, "schema"), "failure");
    EXPECT_EQ(health(told, "workers"), "not looked at");
}

}  // namespace
}  // namespace nightshift::tests
