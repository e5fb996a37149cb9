#include "tests/kit/child_kinds.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

extern char** environ;  // NOLINT: POSIX

namespace nightshift::tests {
namespace {

using core::json::array;
using core::json::object;
using queue::Done;
using queue::Outcome;
using queue::Run;

constexpr std::size_t kMiB = 1UL << 20U;

std::string text(const object& args, const char* name) {
    const auto* found = args.if_contains(name);
    return found == nullptr ? std::string{} : std::string(found->as_string());
}

/// Tells the test who we are, before anything goes wrong.
void leave_pid(const object& args, const char* name, pid_t pid) {
    if (const auto path = text(args, name); !path.empty()) {
        std::ofstream(path + ".new") << pid;
        std::filesystem::rename(path + ".new", path);
    }
}

[[noreturn]] void hang() {
    for (;;) ::pause();
}

/// Closes the descriptors named, then hangs or waits until asked to stop.
Outcome close_some(const object& args, Run& run) {
    leave_pid(args, "pid_file", ::getpid());
    for (const auto& fd : args.at("close").as_array()) ::close(fd.to_number<int>());
    if (text(args, "then") == "hang") hang();
    while (!run.stop().stop_requested()) ::usleep(2000);
    return queue::Cancelled{};
}

/// Says exactly these bytes where the answer belongs, and ends.
Outcome answer(const object& args, Run&) {
    const auto bytes = text(args, "bytes");
    for (std::size_t sent = 0; sent < bytes.size();) {
        const auto count = ::write(3, bytes.data() + sent, bytes.size() - sent);
        if (count <= 0) break;
        sent += static_cast<std::size_t>(count);
    }
    std::_Exit(0);
}

Outcome say(const object& args, Run&) {
    const auto how = text(args, "how");
    if (how == "binary") {
        const char noise[] = "before \0 \xff\xfe after";
        [[maybe_unused]] const auto count = ::write(2, noise, sizeof noise - 1);
        std::abort();
    }
    if (how == "bad_utf8") throw std::runtime_error("caf\xe9");
    if (how == "large") return Done{core::json::value(std::string(3 * kMiB, 'x'))};
    if (how == "deep") {
        core::json::value nested = 1;
        for (int i = 0; i < 31; ++i) nested = array{std::move(nested)};
        return Done{nested};
    }
    return Done{core::json::value(how)};
}

/// Takes memory until there is no more, in the way asked for; says how much it got.
Outcome allocate(const object& args, Run&) {
    const auto how = text(args, "how");
    std::size_t taken = 0;
    if (how == "mmap" || how == "shared") {
        const int flags = MAP_ANONYMOUS | (how == "shared" ? MAP_SHARED : MAP_PRIVATE);
        for (;; taken += kMiB) {
            auto* piece = ::mmap(nullptr, kMiB, PROT_READ | PROT_WRITE, flags, -1, 0);
            if (piece == MAP_FAILED || taken > 1024 * kMiB) return Done{taken / kMiB};
            std::memset(piece, 1, kMiB);
        }
    }
    std::vector<std::vector<char>> hoard;
    for (; taken <= 1024 * kMiB; taken += kMiB) hoard.emplace_back(kMiB, 'x');
    return Done{taken / kMiB};
}

/// What a handler can see of the world.
Outcome look(const object&, Run& run) {
    array open, names;
    for (int fd = 0; fd < 256; ++fd)
        if (::fcntl(fd, F_GETFD) >= 0) open.emplace_back(fd);
    for (char** entry = environ; *entry != nullptr; ++entry)
        names.emplace_back(std::string_view(*entry).substr(0, std::string_view(*entry).find('=')));
    std::string refused;
    try {
        (void)run.setting("database.url");
    } catch (const std::exception& problem) {
        refused = problem.what();
    }
    return Done{object{{"open", open},
                       {"environment", names},
                       {"answer_is_inherited", (::fcntl(3, F_GETFD) & FD_CLOEXEC) == 0},
                       {"leads_session", ::getsid(0) == ::getpid()},
                       {"leads_group", ::getpgrp() == ::getpid()},
                       {"folder", run.setting("reports.folder")},
                       {"inside", run.setting("reports.inside.deep")},
                       {"refused", refused}}};
}

/// Leaves a process behind that ignores SIGTERM and would live on.
Outcome leave_grandchild(const object& args, Run&) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::signal(SIGTERM, SIG_IGN);
        hang();
    }
    leave_pid(args, "pid_file", pid);
    if (text(args, "then") == "hang") hang();
    return Done{};
}

/// Leaves a program behind that is out of reach: what it inherited must not keep the answer open.
Outcome leave_program(const object& args, Run&) {
    if (::fork() == 0) {
        ::setsid();
        ::execl("/bin/sleep", "sleep", text(args, "seconds").c_str(), nullptr);
        std::_Exit(127);
    }
    return Done{};
}

Outcome count(const object& args, Run& run) {
    run.transaction().execute("update counter set n = n + 1");
    if (text(args, "then") == "fail") return queue::Retry{"told", "after a change"};
    return Done{{{"counted", true}}};
}

/// Ends when asked, saying what a handler says then.
Outcome obey(const object& args, Run& run) {
    leave_pid(args, "pid_file", ::getpid());
    while (!run.stop().stop_requested()) ::usleep(2000);
    return queue::Cancelled{};
}

using core::schema::Field;
using core::schema::Type;
constexpr Field kAny[] = {
    {"close", Type::array, "Descriptors.", {.max = 9}},
    {"then", Type::text, "What next.", {.max = 99}},
    {"pid_file", Type::text, "Where to say the pid.", {.max = 999}},
    {"how", Type::text, "Which way.", {.max = 99}},
    {"bytes", Type::text, "What to answer.", {.max = 9 << 20U}},
    {"seconds", Type::text, "How long.", {.max = 9}},
    {"padding", Type::text, "To make the request long.", {.max = 9 << 20U}},
};
constexpr std::string_view kNeeded[] = {"reports"};

constexpr queue::Kind kind(std::string_view name, queue::Handler body) {
    return {.name = name,
            .doc = "For tests.",
            .isolation = queue::Isolation::process,
            .memory_limit = 96 * kMiB,
            .settings = kNeeded,
            .args = kAny,
            .body = body};
}
constexpr queue::Kind kKinds[] = {
    kind("child.close", close_some), kind("child.answer", answer),
    kind("child.say", say),          kind("child.allocate", allocate),
    kind("child.look", look),        kind("child.grandchild", leave_grandchild),
    kind("child.count", count),      kind("child.program", leave_program),
    kind("child.obey", obey),
};

}  // namespace

std::span<const queue::Kind* const> child_kinds() {
    static const auto all = [] {
        std::vector<const queue::Kind*> kinds;
        for (const auto& one : kKinds) kinds.push_back(&one);
        return kinds;
    }();
    return all;
}

const queue::Kind& child_kind(std::string_view name) {
    const auto* found = std::ranges::find(kKinds, name, &queue::Kind::name);
    if (found == std::end(kKinds)) throw std::logic_error("no kind " + std::string(name));
    return *found;
}

}  // namespace nightshift::tests
