#include "queue/isolation.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <cstring>

#include "core/error/error.h"
#include "core/time/time.h"

extern char** environ;  // NOLINT: POSIX

namespace nightshift::queue {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t kMostEvidence = 16UL << 10U, kMostAnswer = 1UL << 20U;
constexpr auto kGrace = 10s;

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { close(); }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    int get() const { return fd_; }

private:
    int fd_;
};

struct Pipe {
    Descriptor read, write;
    Pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            throw core::Error(core::Code::internal, std::string("pipe: ") + std::strerror(errno));
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
    }
};

std::string request_of(const Execution& execution, const EngineSettings& settings) {
    const auto& run = execution.claimed();
    return json::text(json::object{{"id", run.id},
                                   {"organization", run.organization},
                                   {"kind", run.kind},
                                   {"queue", run.queue},
                                   {"args", run.args},
                                   {"trace_parent", run.trace_parent},
                                   {"incarnation", run.incarnation},
                                   {"epoch", run.epoch},
                                   {"attempt", run.attempt},
                                   {"max_attempts", run.max_attempts},
                                   {"timeout_ms", run.timeout.count()},
                                   {"started_at", core::time::rfc3339(run.started_at)},
                                   {"database_url", settings.database_url},
                                   {"settings", settings.setting ? settings.setting("") : json::value(nullptr)}});
}

class Child {
public:
    Child(const std::string& program, const Descriptor& in, const Descriptor& answer, const Descriptor& log) {
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in.get(), 0);
        posix_spawn_file_actions_adddup2(&actions, log.get(), 1);
        posix_spawn_file_actions_adddup2(&actions, log.get(), 2);
        posix_spawn_file_actions_adddup2(&actions, answer.get(), 3);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        std::string name = program, command = "run-isolated";
        char* argv[] = {name.data(), command.data(), nullptr};
        const int failed = ::posix_spawn(&pid_, program.c_str(), &actions, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        if (failed != 0) throw core::Error(core::Code::internal, "start " + program + ": " + std::strerror(failed));
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ <= 0) return;
        signal(SIGKILL);
        wait();
    }
    void signal(int number) const { ::kill(-pid_, number); }
    int wait() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }

private:
    pid_t pid_ = -1;
};

/// Reads what is there; false at the end.
bool drain(const Descriptor& from, std::string& into, std::size_t most, bool keep_last) {
    std::array<char, 4096> buffer{};
    const auto count = ::read(from.get(), buffer.data(), buffer.size());
    if (count <= 0) return count < 0 && (errno == EINTR || errno == EAGAIN);
    into.append(buffer.data(), static_cast<std::size_t>(count));
    if (into.size() > most) into.erase(keep_last ? 0 : most, into.size() - most);
    return true;
}

struct Said {
    std::string answer, evidence;
};

/// Until the child closes its answer: reads both pipes, and climbs the ladder when asked to stop.
Said listen(const Execution& execution, const Child& child, const Descriptor& answer, const Descriptor& log) {
    Said said;
    steady_clock::time_point asked{};
    bool killed = false, answering = true;
    while (answering) {
        pollfd fds[] = {{answer.get(), POLLIN, 0}, {log.get(), POLLIN, 0}};
        ::poll(fds, 2, 100);
        if (fds[1].revents != 0) drain(log, said.evidence, kMostEvidence, true);
        if (fds[0].revents != 0) answering = drain(answer, said.answer, kMostAnswer, false);
        if (!execution.stop().stop_requested()) continue;
        const auto now = steady_clock::now();
        if (asked == steady_clock::time_point{}) {
            asked = now;
            child.signal(SIGTERM);
        } else if (!killed && now - asked > kGrace) {
            killed = true;
            child.signal(SIGKILL);
        }
    }
    return said;
}

std::string how_it_ended(int status) {
    if (WIFSIGNALED(status)) {
        const int number = WTERMSIG(status);
        return "its process was ended by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")";
    }
    return "its process ended with exit code " + std::to_string(WEXITSTATUS(status)) + " and no answer";
}

ChildEnding read_answer(const std::string& text) {
    const auto answer = core::json::parse_object(text);
    const std::string outcome(answer.at("outcome").as_string());
    const auto said = [&](const char* key) {
        return answer.contains(key) ? std::string(answer.at(key).as_string()) : std::string{};
    };
    const auto after =
        std::chrono::milliseconds(answer.contains("after_ms") ? answer.at("after_ms").to_number<std::int64_t>() : 0);
    if (outcome == "finished") return FinishedInChild{};
    if (outcome == "done") return Ending{Outcome{Done{answer.at("result")}}};
    if (outcome == "permanent") return Ending{Outcome{Permanent{said("class"), said("message")}}};
    if (outcome == "throttled") return Ending{Outcome{Throttled{after, said("message")}}};
    if (outcome == "snooze") return Ending{Outcome{Snooze{after}}};
    if (outcome == "again") return Ending{Outcome{Again{}}};
    if (outcome == "cancelled") return Ending{Outcome{Cancelled{}}};
    return Ending{Outcome{Retry{said("class"), said("message")}}};
}

}  // namespace

ChildEnding run_in_child(Execution& execution, const EngineSettings& settings) {
    Pipe request, answer, log;
    Child child(settings.program, request.read, answer.write, log.write);
    request.read.close();
    answer.write.close();
    log.write.close();
    const auto text = request_of(execution, settings);
    // A pipe takes 64 KiB at once; more could block on a child that never reads, so SIGPIPE is ignored and the ladder
    // still works.
    std::size_t written = 0;
    while (written < text.size()) {
        const auto count = ::write(request.write.get(), text.data() + written, text.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        written += static_cast<std::size_t>(count);
    }
    request.write.close();
    auto said = listen(execution, child, answer.read, log.read);
    const int status = child.wait();
    ::fcntl(log.read.get(), F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 64 && ::poll(nullptr, 0, 0) == 0 && drain(log.read, said.evidence, kMostEvidence, true); ++i)
        if (errno == EAGAIN) break;
    if (said.answer.empty()) {
        if (execution.stopped_for() == StopReason::cancelled) return Ending{Outcome{Cancelled{}}};
        if (execution.stopped_for() == StopReason::timeout)
            return Ending{TimedOut{"took longer than its time limit and was ended"}};
        if (execution.stopped_for() != StopReason::none) return Ending{Interrupted{}};
        return Ending{Crashed{how_it_ended(status), said.evidence}};
    }
    return read_answer(said.answer);
}

}  // namespace nightshift::queue
