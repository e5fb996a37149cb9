// Programs started and waited for: real ones, of the shell that every system has.
#include "core/process/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <csignal>

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/error/error.h"
#include "core/time/time.h"
#include "tests/kit/eventually.h"

namespace nightshift::core::process {
namespace {

using namespace std::chrono_literals;

Program shell(const std::string& script) {
    return {.path = "/bin/sh", .arguments = {"-c", script}, .environment = {"PATH=/usr/bin:/bin"}, .grace = 200ms};
}
Ended ended(const Program& program) {
    return run(program, {});
}
bool no_child_is_left() {
    return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

TEST(Process, gives_exit_code_and_both_outputs) {
    const auto done = ended(shell("echo out; echo err >&2; exit 7"));
    EXPECT_EQ(done.exit_code, 7);
    EXPECT_EQ(done.out, "out\n");
    EXPECT_EQ(done.err, "err\n");
    EXPECT_EQ(done.stopped, Stopped::no);
    EXPECT_EQ(ended(shell("kill -9 $$")).signal, SIGKILL);
    EXPECT_TRUE(no_child_is_left());
}

TEST(Process, hands_arguments_over_as_they_are) {
    const auto said = ended({.path = "/usr/bin/printf", .arguments = {"%s|", "a b", "$(id)", "; ls", "", "*"}});
    EXPECT_EQ(said.out, "a b|$(id)|; ls||*|");
}

TEST(Process, gives_a_program_only_its_own_environment_and_folder) {
    ::setenv("NIGHTSHIFT_TEST_SECRET", "secret", 1);
    auto program = Program{.path = "/usr/bin/env", .environment = {"ONE=1"}};
    EXPECT_EQ(ended(program).out, "ONE=1\n");
    program = {.path = "/bin/pwd", .folder = "/usr"};
    EXPECT_EQ(ended(program).out, "/usr\n");
}

TEST(Process, leaves_nothing_of_ours_open_in_the_program) {
    std::ifstream open("/dev/null");
    const auto listed = ended(shell("ls /proc/self/fd | tr '\\n' ' '"));
    EXPECT_EQ(listed.out, "0 1 2 3 ");  // 3: the folder that ls reads
}

TEST(Process, keeps_the_end_of_a_long_output_and_counts_the_whole) {
    auto program = shell("head -c 1000000 /dev/zero | tr '\\0' x; echo end");
    program.keep_bytes = 1000;
    const auto done = ended(program);
    EXPECT_EQ(done.out.size(), 1000U);
    EXPECT_TRUE(done.out.ends_with("xxend\n"));
    EXPECT_EQ(done.out_bytes, 1000004U);
}

TEST(Process, ends_at_its_time_limit_even_when_it_ignores_the_request) {
    auto program = shell("trap '' TERM; echo started; while :; do sleep 0.05; done");
    program.timeout = 300ms;
    const auto done = ended(program);
    EXPECT_EQ(done.stopped, Stopped::timeout);
    EXPECT_EQ(done.signal, SIGKILL);
    EXPECT_EQ(done.out, "started\n");
    EXPECT_TRUE(no_child_is_left());
}

TEST(Process, lets_a_program_that_heeds_the_request_clean_up) {
    const auto marker = std::filesystem::temp_directory_path() / ("ready-" + core::time::uuid7());
    auto program = shell("trap 'echo cleaned; exit 3' TERM; : > " + marker.string() + "; while :; do sleep 0.05; done");
    program.grace = 20s;
    std::stop_source source;
    std::jthread asker([&] {
        EXPECT_TRUE(tests::eventually([&] { return std::filesystem::exists(marker); }));
        source.request_stop();
    });
    const auto done = run(program, source.get_token());
    EXPECT_EQ(done.stopped, Stopped::asked);
    EXPECT_EQ(done.exit_code, 3);
    EXPECT_EQ(done.out, "cleaned\n");
    std::filesystem::remove(marker);
}

/// A process that is gone, or dead and only not yet buried by whoever adopted it.
bool is_dead(const std::string& pid) {
    std::ifstream status("/proc/" + pid + "/stat");
    std::string number, name, state;
    return !(status >> number >> name >> state) || state == "Z" || state == "X";
}

TEST(Process, takes_its_children_along_when_it_ends) {
    const auto began = std::chrono::steady_clock::now();
    const auto done = ended(shell("sleep 100 & echo $!"));
    EXPECT_EQ(done.exit_code, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
    const auto orphan = done.out.substr(0, done.out.find('\n'));
    EXPECT_TRUE(tests::eventually([&] { return is_dead(orphan); }));
    EXPECT_TRUE(no_child_is_left());
}

TEST(Process, does_not_wait_for_a_grandchild_that_fled_with_the_output) {
    const auto began = std::chrono::steady_clock::now();
    const auto done = ended(shell("setsid sleep 3 & echo gone"));
    EXPECT_EQ(done.out, "gone\n");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 2500ms);
}

TEST(Process, says_what_cannot_be_started) {
    const auto code_of = [](const Program& program) {
        try {
            ended(program);
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find(program.path), std::string::npos);
            return error.code();
        }
        return Code::internal;
    };
    EXPECT_EQ(code_of({.path = "/no/such/program"}), Code::configuration);
    EXPECT_EQ(code_of({.path = "/etc/passwd"}), Code::configuration);
    EXPECT_EQ(code_of({.path = "/bin/true", .folder = "/no/such/folder"}), Code::configuration);
}

}  // namespace
}  // namespace nightshift::core::process
