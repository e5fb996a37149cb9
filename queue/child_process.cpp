#include "queue/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/error/error.h"

namespace nightshift::queue {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what, int why) {
    throw core::Error(core::Code::unavailable, what + ": " + std::strerror(why));
}

/// A file descriptor that closes itself. Never one of those that the child's own will be copied over.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {
        if (fd < 0) fail("open a descriptor", errno);
        if (fd > kAnswerDescriptor) return;
        fd_ = ::fcntl(fd, F_DUPFD_CLOEXEC, kAnswerDescriptor + 1);
        const int why = errno;
        ::close(fd);
        if (fd_ < 0) fail("open a descriptor", why);
    }
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
    bool is_open() const { return fd_ >= 0; }
    void never_block() const { ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK); }

private:
    int fd_ = -1;
};

/// Two ends: ours never blocks. A pair of sockets, because writing to a pipe that nobody reads raises SIGPIPE.
struct Channel {
    Descriptor ours, theirs;
    Channel() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("open a channel", errno);
        theirs = Descriptor(ends[1]);
        ours = Descriptor(ends[0]);
        ours.never_block();
    }
};

struct Pipe {
    Descriptor ours, theirs;
    Pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) fail("open a pipe", errno);
        theirs = Descriptor(ends[1]);
        ours = Descriptor(ends[0]);
        ours.never_block();
    }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

/// In a session of its own, with clean signals and nothing open but 0 to 3.
pid_t spawn(const ChildCall& call, int in, int answer, int log) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, log, 1);
    posix_spawn_file_actions_adddup2(&actions, log, 2);
    posix_spawn_file_actions_adddup2(&actions, answer, kAnswerDescriptor);
    posix_spawn_file_actions_addclosefrom_np(&actions, kAnswerDescriptor + 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    auto words = call.arguments, environment = call.environment;
    words.insert(words.begin(), call.program);
    pid_t pid = -1;
    const int failed = ::posix_spawn(&pid, call.program.c_str(), &actions, &attributes, pointers(words).data(),
                                     pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) fail("start " + call.program, failed);
    return pid;
}

/// A running process. Its group is named by its id, and the id is safe to use until it is waited for.
class Process {
public:
    explicit Process(pid_t pid) : pid_(pid) {
        // By number: the header of glibc 2.36 is not fit for C++.
        const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
        if (fd < 0) {
            const int why = errno;
            end();
            fail("watch a process", why);
        }
        ended_ = Descriptor(fd);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { end(); }
    /// Readable when it has ended.
    const Descriptor& ended() const { return ended_; }
    void ask(int reason) const {
        siginfo_t info{};
        info.si_signo = SIGTERM;
        info.si_code = SI_QUEUE;
        info.si_pid = ::getpid();
        info.si_uid = ::getuid();
        info.si_value.sival_int = reason;
        ::syscall(SYS_pidfd_send_signal, ended_.get(), SIGTERM, &info, 0);
        ::kill(-pid_, SIGTERM);  // what it started; to itself the second one says nothing new
    }
    void kill() const { ::kill(-pid_, SIGKILL); }
    /// What is left of its group is killed first: once it is waited for, the group's number may be somebody else's.
    std::pair<int, rusage> end() {
        int status = 0;
        rusage usage{};
        if (pid_ > 0) {
            kill();
            while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
            }
            pid_ = -1;
        }
        return {status, usage};
    }

private:
    pid_t pid_;
    Descriptor ended_;
};

/// Reads what is there; false at the end.
template <class Take>
bool drain(const Descriptor& from, Take take) {
    std::array<char, 16384> buffer{};
    const auto count = ::read(from.get(), buffer.data(), buffer.size());
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    return count > 0;
}

/// SIGTERM, and SIGKILL after the grace.
class Ladder {
public:
    Ladder(const Process& process, milliseconds grace) : process_(process), grace_(grace) {}
    void begin(int reason) {
        if (asked_) return;
        process_.ask(reason);
        asked_ = true;
        kill_at_ = steady_clock::now() + grace_;
    }
    /// How long poll may wait.
    int rest() const {
        if (!asked_ || killed_) return -1;
        const auto left = std::chrono::ceil<milliseconds>(kill_at_ - steady_clock::now());
        return static_cast<int>(std::max<std::int64_t>(0, left.count()));
    }
    void climb() {
        if (!asked_ || killed_ || steady_clock::now() < kill_at_) return;
        killed_ = true;
        process_.kill();
    }
    bool killed() const { return killed_; }

private:
    const Process& process_;
    milliseconds grace_;
    bool asked_ = false, killed_ = false;
    steady_clock::time_point kill_at_{};
};

class Conversation {
public:
    explicit Conversation(const ChildCall& call)
        : call_(call), process_(spawn(call, request_.theirs.get(), answer_.theirs.get(), log_.theirs.get())) {
        request_.theirs.close();
        answer_.theirs.close();
        log_.theirs.close();
    }

    ChildStory hold() {
        const Descriptor asked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        const std::stop_callback wake(call_.stop, [&] { ::eventfd_write(asked.get(), 1); });
        Ladder ladder(process_, call_.grace);
        bool heard = false;
        for (bool ended = false; !ended; ladder.climb()) {
            pollfd fds[] = {{process_.ended().get(), POLLIN, 0},
                            {heard ? -1 : asked.get(), POLLIN, 0},
                            {request_.ours.get(), POLLOUT, 0},
                            {answer_.ours.get(), POLLIN, 0},
                            {log_.ours.get(), POLLIN, 0}};
            if (::poll(fds, std::size(fds), ladder.rest()) < 0) continue;
            ended = fds[0].revents != 0;
            if (fds[1].revents != 0) {
                heard = true;
                ladder.begin(call_.stop_reason());
            }
            if (fds[2].revents != 0) ask();
            if (fds[3].revents != 0) listen();
            if (fds[4].revents != 0) overhear();
            // It said all it had to say, or can't say anything any more: it has the grace to end by itself.
            if (!answer_.ours.is_open() || story_.answer.ends_with('\n')) ladder.begin(0);
        }
        story_.killed = ladder.killed();
        return end();
    }

private:
    void ask() {
        const auto count =
            ::send(request_.ours.get(), call_.request.data() + sent_, call_.request.size() - sent_, MSG_NOSIGNAL);
        if (count >= 0) sent_ += static_cast<std::size_t>(count);
        const bool again = count < 0 && (errno == EINTR || errno == EAGAIN);
        if (sent_ == call_.request.size() || (count < 0 && !again)) request_.ours.close();
    }
    void listen() {
        const auto take = [this](std::string_view piece) {
            story_.answer_too_long = story_.answer_too_long || story_.answer.size() + piece.size() > kMostAnswer;
            if (!story_.answer_too_long) story_.answer += piece;
        };
        if (!drain(answer_.ours, take)) answer_.ours.close();
    }
    void overhear() {
        const auto take = [this](std::string_view piece) {
            story_.evidence += piece;
            if (story_.evidence.size() > kMostEvidence)
                story_.evidence.erase(0, story_.evidence.size() - kMostEvidence);
        };
        if (!drain(log_.ours, take)) log_.ours.close();
    }
    /// What it wrote last is still in the pipes. Somebody out of our reach may hold them open and go on writing.
    ChildStory end() {
        constexpr std::size_t kMostPieces = 2 * kMostAnswer / 16384;
        const auto [status, usage] = process_.end();
        story_.status = status;
        const auto time = [](const timeval& span) {
            return std::chrono::duration_cast<milliseconds>(std::chrono::seconds(span.tv_sec) +
                                                            std::chrono::microseconds(span.tv_usec));
        };
        story_.spent = time(usage.ru_utime) + time(usage.ru_stime);
        const auto waits = [](const Descriptor& from) {
            pollfd fd{from.get(), POLLIN, 0};
            return from.is_open() && ::poll(&fd, 1, 0) > 0;
        };
        for (std::size_t i = 0; i < kMostPieces && waits(answer_.ours); ++i) listen();
        for (std::size_t i = 0; i < kMostPieces && waits(log_.ours); ++i) overhear();
        return std::move(story_);
    }

    const ChildCall& call_;
    Channel request_;
    Pipe answer_, log_;
    Process process_;
    ChildStory story_;
    std::size_t sent_ = 0;
};

}  // namespace

ChildStory run_child(const ChildCall& call) {
    return Conversation(call).hold();
}

}  // namespace nightshift::queue
