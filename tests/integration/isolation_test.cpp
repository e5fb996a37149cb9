// Isolation with real child processes: whatever the child does, the parent hears how it ended, in time, and nothing of
// it stays behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/time/time.h"
#include "queue/isolation.h"
#include "tests/kit/child_kinds.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"
#include "tests/kit/instrumented.h"

namespace nightshift::tests {
namespace {

namespace fs = std::filesystem;
namespace json = core::json;
using namespace std::chrono_literals;
using json::object;
using queue::ChildEnding;
using queue::Ending;
using queue::Execution;
using queue::StopReason;
using std::chrono::steady_clock;
using testing::HasSubstr;

/// Gone, or only a name that its parent has not asked for yet.
bool is_gone(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(stat, line)) return true;
    return line.substr(line.rfind(')') + 2, 1) == "Z";
}

template <class T>
const T* ended_as(const ChildEnding& ending) {
    const auto* said = std::get_if<Ending>(&ending);
    return said == nullptr ? nullptr : std::get_if<T>(said);
}
template <class T>
const T* said(const ChildEnding& ending) {
    const auto* outcome = ended_as<queue::Outcome>(ending);
    return outcome == nullptr ? nullptr : std::get_if<T>(outcome);
}

class Isolation : public testing::Test {
protected:
    Isolation() { fs::create_directories(folder); }
    ~Isolation() override { fs::remove_all(folder); }

    queue::EngineSettings settings(std::string program = NIGHTSHIFT_TEST_CHILD) const {
        return {.database_url = "postgresql://127.0.0.1:1/none",
                .slots = 1,
                .program = std::move(program),
                .setting = [](std::string_view path) -> json::value {
                    if (path == "reports") return object{{"folder", "/somewhere"}, {"inside", {{"deep", 7}}}};
                    return path == "" || path == "database" ? json::value{{"url", "a secret"}} : nullptr;
                }};
    }
    std::unique_ptr<Execution> execution(const std::string& kind, const object& args,
                                         const std::string& program = NIGHTSHIFT_TEST_CHILD) {
        context = std::make_unique<queue::Context>(settings(program));
        return std::make_unique<Execution>(
            *context,
            queue::Claimed{.id = core::time::uuid7(), .kind = kind, .args = json::text(args), .timeout = 5min},
            child_kind(kind));
    }
    ChildEnding run(Execution& one, std::chrono::milliseconds grace = 10s) {
        return queue::run_in_child(one, context->settings, grace);
    }
    ChildEnding run(const std::string& kind, const object& args, std::chrono::milliseconds grace = 10s) {
        const auto one = execution(kind, args);
        return run(*one, grace);
    }
    /// Runs, and asks to stop as soon as `ready` says so.
    template <class Ready>
    ChildEnding stop_when(Execution& one, StopReason reason, Ready ready, std::chrono::milliseconds grace = 10s) {
        std::jthread other([&] {
            EXPECT_TRUE(eventually(ready));
            one.ask_to_stop(reason);
        });
        return run(one, grace);
    }
    std::string file(const std::string& name) const { return (folder / name).string(); }
    bool is_there(const std::string& name) const { return fs::exists(folder / name); }
    pid_t pid_in(const std::string& name) const {
        pid_t pid = 0;
        std::ifstream(folder / name) >> pid;
        return pid;
    }
    std::string script(const std::string& text) const {
        std::ofstream(folder / "program") << "#!/bin/sh\n" << text << '\n';
        fs::permissions(folder / "program", fs::perms::owner_all);
        return file("program");
    }

    fs::path folder = fs::temp_directory_path() / ("nightshift-isolation-" + core::time::uuid7());
    std::unique_ptr<queue::Context> context;
};

TEST_F(Isolation, a_child_that_closes_its_answer_and_hangs_is_ended) {
    const auto ending = run("child.close", {{"close", {3}}, {"then", "hang"}, {"pid_file", file("pid")}}, 300ms);
    ASSERT_NE(ended_as<queue::Crashed>(ending), nullptr);
    EXPECT_THAT(ended_as<queue::Crashed>(ending)->message, HasSubstr("closed its answer"));
    EXPECT_TRUE(is_gone(pid_in("pid")));
}

TEST_F(Isolation, a_child_that_closed_its_answer_is_ended_at_its_time_limit_too) {
    // It closes everything while it is stopped by us, so that only the ladder of the request to stop can end it.
    const auto one = execution("child.close", {{"close", {0}}, {"then", "hang"}, {"pid_file", file("pid")}});
    const auto ending = stop_when(
        *one, StopReason::timeout, [&] { return is_there("pid"); }, 300ms);
    EXPECT_NE(ended_as<queue::TimedOut>(ending), nullptr);
    EXPECT_TRUE(is_gone(pid_in("pid")));
}

TEST_F(Isolation, a_child_that_never_reads_a_long_request_is_ended) {
    const auto one = execution("child.obey", {{"padding", std::string(1UL << 20U, 'x')}},
                               script("echo $$ > " + file("pid") + "; exec sleep 600"));
    const auto ending = stop_when(*one, StopReason::cancelled, [&] { return is_there("pid"); });
    EXPECT_NE(said<queue::Cancelled>(ending), nullptr);
    EXPECT_TRUE(is_gone(pid_in("pid")));
}

TEST_F(Isolation, a_child_that_talks_before_it_reads_a_long_request_does_not_block) {
    const auto one = execution(
        "child.obey", {{"padding", std::string(1UL << 20U, 'x')}},
        script("head -c 1000000 /dev/zero | tr '\\0' x >&2; cat > /dev/null; echo '{\"outcome\": \"again\"}' >&3"));
    EXPECT_NE(said<queue::Again>(run(*one)), nullptr);
}

TEST_F(Isolation, a_child_that_does_not_want_its_request_crashes_only_itself) {
    const auto one = execution("child.obey", {{"padding", std::string(1UL << 20U, 'x')}}, script("exec <&-; exit 3"));
    const auto ending = run(*one);
    ASSERT_NE(ended_as<queue::Crashed>(ending), nullptr);
    EXPECT_THAT(ended_as<queue::Crashed>(ending)->message, HasSubstr("exit code 3"));
}

TEST_F(Isolation, waiting_for_a_quiet_child_costs_no_processor_time) {
    const auto spent = [] {
        rusage usage{};
        ::getrusage(RUSAGE_THREAD, &usage);
        return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    };
    const auto one = execution("child.close", {{"close", {1, 2}}, {"pid_file", file("pid")}});
    const auto before = spent();
    steady_clock::time_point closed{};
    const auto ending = stop_when(*one, StopReason::cancelled, [&] {
        if (closed == steady_clock::time_point{} && is_there("pid")) closed = steady_clock::now();
        return closed != steady_clock::time_point{} &&
               steady_clock::now() - closed > 700ms;  // a busy loop would cost all of it
    });
    EXPECT_NE(said<queue::Cancelled>(ending), nullptr);
    EXPECT_LT(spent() - before, 200ms);
}

TEST_F(Isolation, a_child_sees_only_what_it_needs) {
    ::setenv("NIGHTSHIFT_DATABASE__URL", "a secret", 1);
    ::setenv("SOMEBODYS_PASSWORD", "a secret", 1);
    const int leaked = ::dup(2);  // without close-on-exec, as a careless library would
    const auto ending = run("child.look", {});
    ::close(leaked);
    ::unsetenv("NIGHTSHIFT_DATABASE__URL");
    ::unsetenv("SOMEBODYS_PASSWORD");
    const auto* done = said<queue::Done>(ending);
    ASSERT_NE(done, nullptr);
    const auto& seen = done->result.as_object();
    EXPECT_EQ(json::text(seen.at("open")), "[0,1,2,3]");
    EXPECT_FALSE(seen.at("answer_is_inherited").as_bool());
    EXPECT_TRUE(seen.at("leads_session").as_bool());
    EXPECT_TRUE(seen.at("leads_group").as_bool());
    const auto names = json::text(seen.at("environment"));
    EXPECT_THAT(names, HasSubstr("\"PATH\""));
    EXPECT_THAT(names, Not(HasSubstr("PASSWORD")));
    EXPECT_THAT(names, Not(HasSubstr("DATABASE__URL")));
    EXPECT_EQ(seen.at("folder"), json::value("/somewhere"));
    EXPECT_EQ(seen.at("inside"), json::value(7));
    EXPECT_THAT(std::string(seen.at("refused").as_string()), HasSubstr("database.url"));
}

TEST_F(Isolation, a_damaged_answer_is_a_crash) {
    for (const auto* bytes :
         {"{\"outcome\": \"done\"", "{\"outcome\": \"done\"}\n", "{\"outcome\": \"no such\"}\n", "{}\n", "7\n", "\n",
          "{\"outcome\": \"again\"}", "{\"outcome\": \"throttled\", \"after_ms\": \"soon\"}\n",
          "{\"outcome\": \"again\"}\n{\"outcome\": \"again\"}\n"}) {
        const auto ending = run("child.answer", {{"bytes", bytes}});
        ASSERT_NE(ended_as<queue::Crashed>(ending), nullptr) << bytes;
        EXPECT_THAT(ended_as<queue::Crashed>(ending)->message, HasSubstr("answer")) << bytes;
    }
    EXPECT_NE(said<queue::Again>(run("child.answer", {{"bytes", "{\"outcome\": \"again\"}\n"}})), nullptr);
}

TEST_F(Isolation, an_answer_without_end_is_a_crash_and_takes_no_memory) {
    const auto ending = run("child.answer", {{"bytes", std::string(4UL << 20U, 'x')}});
    ASSERT_NE(ended_as<queue::Crashed>(ending), nullptr);
    EXPECT_LT(ended_as<queue::Crashed>(ending)->message.size(), 500U);
}

TEST_F(Isolation, a_result_that_is_too_large_fails_for_good_and_says_so) {
    const auto ending = run("child.say", {{"how", "large"}});
    ASSERT_NE(said<queue::Permanent>(ending), nullptr);
    EXPECT_THAT(said<queue::Permanent>(ending)->message, HasSubstr("result"));
}

TEST_F(Isolation, what_a_child_says_can_always_be_stored) {
    const auto crash = run("child.say", {{"how", "binary"}});
    ASSERT_NE(ended_as<queue::Crashed>(crash), nullptr);
    EXPECT_THAT(ended_as<queue::Crashed>(crash)->evidence, HasSubstr("before \uFFFD \uFFFD\uFFFD after"));
    const auto retry = run("child.say", {{"how", "bad_utf8"}});
    ASSERT_NE(said<queue::Retry>(retry), nullptr);
    EXPECT_EQ(said<queue::Retry>(retry)->message, "caf\uFFFD");
    EXPECT_NE(said<queue::Done>(run("child.say", {{"how", "deep"}})), nullptr);
}

TEST_F(Isolation, the_memory_limit_holds_however_memory_is_taken) {
    if (kInstrumented) GTEST_SKIP() << "a sanitizer's own memory does not fit below a limit";
    for (const auto* how : {"vector", "mmap", "shared"}) {
        const auto ending = run("child.allocate", {{"how", how}});
        if (const auto* done = said<queue::Done>(ending)) {
            EXPECT_LT(done->result.to_number<int>(), 96 + 129) << how;
        } else {
            ASSERT_NE(ended_as<queue::Crashed>(ending), nullptr) << how;
            EXPECT_THAT(ended_as<queue::Crashed>(ending)->message, HasSubstr("96 MiB")) << how;
        }
    }
    EXPECT_NE(ended_as<queue::Crashed>(run("child.allocate", {{"how", "vector"}})), nullptr);
}

TEST_F(Isolation, nothing_of_its_group_outlives_a_child) {
    EXPECT_NE(said<queue::Done>(run("child.grandchild", {{"pid_file", file("pid")}})), nullptr);
    EXPECT_TRUE(eventually([&] { return is_gone(pid_in("pid")); }));
    const auto one = execution("child.grandchild", {{"then", "hang"}, {"pid_file", file("other")}});
    EXPECT_NE(ended_as<queue::Interrupted>(stop_when(
                  *one, StopReason::drain, [&] { return is_there("other"); }, 200ms)),
              nullptr);
    EXPECT_TRUE(eventually([&] { return is_gone(pid_in("other")); }));
}

TEST_F(Isolation, a_program_that_a_child_left_behind_delays_nobody) {
    const auto began = steady_clock::now();
    EXPECT_NE(said<queue::Done>(run("child.program", {{"seconds", "30"}})), nullptr);
    EXPECT_LT(steady_clock::now() - began, 15s);
}

TEST_F(Isolation, a_child_dies_with_its_parent) {
    const auto args = json::text(object{{"pid_file", file("pid")}});
    const pid_t parent = ::fork();
    if (parent == 0) {
        ::execl(NIGHTSHIFT_TEST_CHILD, NIGHTSHIFT_TEST_CHILD, "parent", "child.obey", args.c_str(), nullptr);
        std::_Exit(127);
    }
    ASSERT_TRUE(eventually([&] { return is_there("pid"); }));
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    EXPECT_TRUE(eventually([&] { return is_gone(pid_in("pid")); }));
}

TEST_F(Isolation, a_child_whose_parent_died_before_it_could_look_does_nothing) {
    // The request names another parent than the one the child has.
    const auto one =
        execution("child.obey", {{"pid_file", file("pid")}},
                  script("sed 's/\"parent\":[0-9]*/\"parent\":1/' | " NIGHTSHIFT_TEST_CHILD " run-isolated"));
    const auto ending = run(*one);
    EXPECT_NE(ended_as<queue::Crashed>(ending), nullptr);
    EXPECT_FALSE(is_there("pid"));
}

TEST_F(Isolation, a_stop_is_judged_by_its_reason) {
    const auto ended = [&](StopReason reason) {
        fs::remove(folder / "pid");
        const auto one = execution("child.obey", {{"pid_file", file("pid")}});
        return stop_when(*one, reason, [&] { return is_there("pid"); });
    };
    EXPECT_NE(said<queue::Cancelled>(ended(StopReason::cancelled)), nullptr);
    EXPECT_NE(ended_as<queue::Interrupted>(ended(StopReason::drain)), nullptr);
    EXPECT_NE(ended_as<queue::Interrupted>(ended(StopReason::fenced)), nullptr);
    // Somebody ends the process by hand, kindly: it goes on elsewhere, nothing was cancelled.
    fs::remove(folder / "pid");
    const auto one = execution("child.obey", {{"pid_file", file("pid")}});
    std::jthread other([&] {
        EXPECT_TRUE(eventually([&] { return is_there("pid"); }));
        ::kill(pid_in("pid"), SIGTERM);
    });
    EXPECT_NE(ended_as<queue::Interrupted>(run(*one)), nullptr);
}

TEST_F(Isolation, a_program_that_is_not_there_costs_no_attempt) {
    const auto one = execution("child.obey", {}, file("nothing"));
    const auto ending = run(*one);
    ASSERT_NE(said<queue::Throttled>(ending), nullptr);
    EXPECT_THAT(said<queue::Throttled>(ending)->message, HasSubstr(file("nothing")));
}

/// With a database: the child ends the run itself, in the handler's transaction.
class IsolatedEffect : public Isolation {
protected:
    void SetUp() override {
        database.one("create table counter (n int); insert into counter values (0)");
        parent = insert("ready", "waiting_for");
        claimed.id = insert("running", "priority");
        claimed.kind = "child.count";
        claimed.epoch = 4;
        claimed.incarnation = "0190d1a0-0000-7000-8000-0000000000aa";
        claimed.timeout = 5min;
        database.one("update run set epoch = 4, has_dependents = true, incarnation = '" + claimed.incarnation +
                     "' where id = '" + claimed.id + "'");
    }
    std::string insert(const std::string& state, const std::string& one) {
        const auto id = core::time::uuid7();
        database.one(
            "insert into run (id, organization_id, kind, queue, state, max_attempts, timeout_ms, ready_at, created_at, "
            "origin, " +
            one + ") values ('" + id + "', gen_random_uuid(), 'child.count', 'default', '" + state +
            "', 3, 1000, now(), now(), 'test', 1)");
        return id;
    }
    ChildEnding count(const object& args) {
        auto with = settings();
        with.database_url = database.url();
        context = std::make_unique<queue::Context>(with);
        claimed.args = json::text(args);
        Execution one(*context, claimed, child_kind("child.count"));
        return run(one);
    }
    std::int64_t counted() { return database.number("select n from counter"); }

    Database database;
    queue::Claimed claimed;
    std::string parent;
};

TEST_F(IsolatedEffect, is_told_with_the_queues_that_have_work_now) {
    database.one("update run set state = 'waiting' where id = '" + parent + "'");
    database.one("insert into run_dependency (run_id, depends_on) values ('" + parent + "', '" + claimed.id + "')");
    const auto ending = count({});
    const auto* finished = std::get_if<queue::FinishedInChild>(&ending);
    ASSERT_NE(finished, nullptr);
    EXPECT_TRUE(finished->accepted);
    EXPECT_THAT(finished->woken, testing::ElementsAre("default"));
    EXPECT_EQ(counted(), 1);
}

TEST_F(IsolatedEffect, of_a_stale_attempt_is_refused_and_told) {
    database.one("update run set epoch = 5 where id = '" + claimed.id + "'");
    const auto ending = count({});
    const auto* finished = std::get_if<queue::FinishedInChild>(&ending);
    ASSERT_NE(finished, nullptr);
    EXPECT_FALSE(finished->accepted);
    EXPECT_EQ(counted(), 0);
}

TEST_F(IsolatedEffect, whose_commit_failed_goes_back_without_cost) {
    EXPECT_NE(said<queue::Retry>(count({{"then", "fail"}})), nullptr);
    EXPECT_EQ(counted(), 0);
    database.one(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$; "
        "create constraint trigger refuse after update on counter deferrable initially deferred for each row execute "
        "function refuse()");
    EXPECT_NE(ended_as<queue::Interrupted>(count({})), nullptr);
    EXPECT_EQ(counted(), 0);
}

}  // namespace
}  // namespace nightshift::tests
