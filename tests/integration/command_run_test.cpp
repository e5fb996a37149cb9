// command.run, by itself and in the engine: only what the configuration lists, as it lists it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/error/error.h"
#include "core/time/time.h"
#include "kinds.h"
#include "queue/actions.h"
#include "queue/engine.h"
#include "queue/submit.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"
#include "tests/kit/fake_run.h"
#include "workers/integrations/command_run.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;
using json::object;
using namespace std::chrono_literals;

const std::string kCommands = R"(
commands:
  - {name: say, program: /usr/bin/printf, arguments: ["%s|", "{first}", "{second}"]}
  - {name: free, program: /bin/echo, arguments: [--, "{any}"]}
  - {name: environment, program: /usr/bin/env, environment: {GREETING: hello}}
  - {name: exit, program: /bin/sh, arguments: ["-c", "echo why >&2; exit $1", sh, "{code}"], retry_exit_codes: [9]}
  - {name: bytes, program: /usr/bin/printf, arguments: ['a\000b\377']}
  - {name: killed, program: /bin/sh, arguments: ["-c", "kill -9 $$"]}
  - {name: slow, program: /bin/sleep, arguments: ["100"], timeout: 200ms, grace: 100ms}
  - {name: mark, program: /bin/sh, arguments: ["-c", "echo $$ > $1; exec sleep 100", sh, "{file}"], grace: 1s}
  - {name: missing, program: /no/such/program}
)";

class CommandRun : public testing::Test {
protected:
    queue::Outcome call(const char* command, object values = {}) {
        return run.work(workers::integrations::command_run::kind,
                        {{"command", command}, {"values", std::move(values)}});
    }
    std::string out(const queue::Outcome& outcome) {
        const auto* done = std::get_if<queue::Done>(&outcome);
        EXPECT_NE(done, nullptr) << "expected Done, got outcome " << outcome.index();
        return done == nullptr ? "" : std::string(done->result.at("stdout").as_string());
    }
    static std::string class_of(const queue::Outcome& outcome) {
        if (const auto* retry = std::get_if<queue::Retry>(&outcome)) return "retry " + retry->error_class;
        if (const auto* dead = std::get_if<queue::Permanent>(&outcome)) return "dead " + dead->error_class;
        return "outcome " + std::to_string(outcome.index());
    }
    FakeRun run{kCommands};
};

TEST_F(CommandRun, fills_whole_arguments_and_nothing_is_read_by_a_shell) {
    EXPECT_EQ(out(call("say", {{"first", "a b; $(id) `id` *"}, {"second", ""}})), "a b; $(id) `id` *||");
    EXPECT_EQ(out(call("free", {{"any", "--version"}})), "-- --version\n");
}

TEST_F(CommandRun, refuses_what_is_not_listed_and_values_that_do_not_fit) {
    EXPECT_EQ(class_of(call("/bin/sh")), "dead unknown_command");
    EXPECT_EQ(class_of(call("say", {{"first", "1"}})), "dead bad_arguments");
    EXPECT_EQ(class_of(call("say", {{"first", "1"}, {"second", "2"}, {"third", "3"}})), "dead bad_arguments");
    EXPECT_EQ(class_of(call("say", {{"first", "--help"}, {"second", "2"}})), "dead bad_arguments");
    EXPECT_EQ(class_of(call("missing")), "dead command_not_started");
    EXPECT_THROW(call("say", {{"first", 1}, {"second", "2"}}), core::Error);
    EXPECT_THROW(call("say", {{"first", std::string_view("a\0b", 3)}, {"second", "2"}}), core::Error);
}

TEST_F(CommandRun, gives_a_clean_environment_with_the_runs_id) {
    ::setenv("NIGHTSHIFT_TEST_SECRET", "secret", 1);
    EXPECT_EQ(out(call("environment")),
              "PATH=/usr/local/bin:/usr/bin:/bin\nLANG=C.UTF-8\nGREETING=hello\n"
              "NIGHTSHIFT_RUN_ID=" +
                  run.id() + "\nNIGHTSHIFT_ATTEMPT=1\n");
}

TEST_F(CommandRun, exit_codes_decide_whether_to_try_again) {
    EXPECT_EQ(class_of(call("exit", {{"code", "75"}})), "retry exit_75");
    EXPECT_EQ(class_of(call("exit", {{"code", "9"}})), "retry exit_9");
    EXPECT_EQ(class_of(call("exit", {{"code", "1"}})), "dead exit_1");
    EXPECT_EQ(class_of(call("killed")), "retry command_signal");
    EXPECT_EQ(class_of(call("slow")), "retry command_timeout");
    const auto dead = std::get<queue::Permanent>(call("exit", {{"code", "1"}}));
    EXPECT_EQ(dead.message, "exit: ended with exit code 1: \"why\"");
}

TEST_F(CommandRun, output_of_any_bytes_can_be_kept) {
    EXPECT_EQ(out(call("bytes")), "a\ufffdb\ufffd");
}

class CommandInEngine : public testing::Test {
protected:
    std::string submit(object args) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto made = queue::submit(
            tx, {{.kind = "command.run", .args = std::move(args), .organization = kOrganization, .queue = "commands"}});
        tx.commit();
        return made.front().id;
    }
    void cancel(const std::string& id) {
        {
            auto lease = database.pool().acquire();
            core::pg::Transaction tx(lease);
            EXPECT_TRUE(queue::cancel(tx, id, kOrganization, "user:test", "no longer needed"));
            tx.commit();
        }
        engine.cancel_hint(id);
    }
    bool becomes(const std::string& id, const std::string& state) {
        return eventually([&] { return database.one("select state from api.run where id = '" + id + "'") == state; });
    }
    Database database;
    daemon::Configuration configuration = daemon::Configuration::from_text(kCommands, "test");
    std::vector<const queue::Kind*> kinds{std::begin(generated::kinds), std::end(generated::kinds)};
    queue::Engine engine{{.database_url = database.url(),
                          .queues = {"commands"},
                          .slots = 2,
                          .program = NIGHTSHIFT_PROGRAM,
                          .setting = [this](std::string_view path) { return configuration.at(path); }},
                         kinds};
};

TEST_F(CommandInEngine, keeps_the_result_and_ends_the_program_of_a_cancelled_run) {
    database.one("insert into queue (name) values ('commands')");
    engine.start();
    const auto said = submit({{"command", "say"}, {"values", {{"first", "1"}, {"second", "2"}}}});
    ASSERT_TRUE(becomes(said, "succeeded"));
    EXPECT_EQ(database.one("select result ->> 'stdout' from run_archive where id = '" + said + "'"), "1|2|");
    const auto marker = std::filesystem::temp_directory_path() / ("pid-" + core::time::uuid7());
    const auto slow = submit({{"command", "mark"}, {"values", {{"file", marker.string()}}}});
    std::string pid;
    ASSERT_TRUE(eventually([&] { return static_cast<bool>(std::ifstream(marker) >> pid); }));
    cancel(slow);
    EXPECT_TRUE(becomes(slow, "cancelled"));
    EXPECT_FALSE(std::filesystem::exists("/proc/" + pid));
    std::filesystem::remove(marker);
}

}  // namespace
}  // namespace nightshift::tests
