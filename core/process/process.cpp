#include "core/process/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <cstring>
#include <tuple>
#include <utility>

#include "core/error/error.h"

namespace nightshift::core::process {
namespace {

using std::chrono::steady_clock;

constexpr int kLookMilliseconds = 100;  // how late a request to stop may be seen

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    void take(int fd) {
        close();
        fd_ = fd;
    }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    int get() const { return fd_; }

private:
    int fd_;
};

/// One output: our end never blocks, and only the last bytes are kept.
class Output {
public:
    explicit Output(std::size_t keep) : keep_(keep) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(Code::unavailable, std::string("pipe: ") + std::strerror(errno));
        read_.take(ends[0]);
        write_.take(ends[1]);
        ::fcntl(read_.get(), F_SETFL, O_NONBLOCK);
    }
    int theirs() const { return write_.get(); }
    int ours() const { return read_.get(); }
    void started() { write_.close(); }
    /// Takes what is there, at most `reads` pieces; false: nothing more now, or ever.
    bool take(int reads) {
        std::array<char, 16384> piece;
        for (int i = 0; i < reads && read_.get() >= 0; ++i) {
            const auto count = ::read(read_.get(), piece.data(), piece.size());
            if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
            if (count <= 0) return read_.close(), false;
            bytes_ += static_cast<std::uint64_t>(count);
            text_.append(piece.data(), static_cast<std::size_t>(count));
            if (text_.size() > 2 * keep_) text_.erase(0, text_.size() - keep_);
        }
        return read_.get() >= 0;
    }
    std::pair<std::string, std::uint64_t> kept() && {
        if (text_.size() > keep_) text_.erase(0, text_.size() - keep_);
        return {std::move(text_), bytes_};
    }

private:
    Descriptor read_, write_;
    std::size_t keep_;
    std::string text_;
    std::uint64_t bytes_ = 0;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

class Actions {
public:
    Actions(const Program& program, const Output& out, const Output& err) {
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files, out.theirs(), 1);
        ::posix_spawn_file_actions_adddup2(&files, err.theirs(), 2);
        ::posix_spawn_file_actions_addclosefrom_np(&files, 3);
        ::posix_spawn_file_actions_addchdir_np(&files, program.folder.c_str());
        ::posix_spawnattr_init(&attributes);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() {
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&files);
    }
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
};

class Child {
public:
    Child(const Program& program, const Output& out, const Output& err) {
        const Actions actions(program, out, err);
        auto argv = program.arguments, environment = program.environment;
        argv.insert(argv.begin(), program.path);
        const int failed = ::posix_spawn(&pid_, program.path.c_str(), &actions.files, &actions.attributes,
                                         pointers(argv).data(), pointers(environment).data());
        if (failed == 0) return;
        const bool no_room = failed == EAGAIN || failed == ENOMEM || failed == EMFILE || failed == ENFILE;
        throw Error(no_room ? Code::unavailable : Code::configuration,
                    program.path + ": can't be started in " + program.folder + ": " + std::strerror(failed));
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) reap();
    }
    pid_t pid() const { return pid_; }
    void signal(int number) const { ::kill(-pid_, number); }
    /// Leaves it unreaped, so that nobody else can be given its group's number.
    bool has_ended() const {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
    }
    /// Ends what is left of its group, then takes its status.
    int reap() {
        signal(SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
        pid_ = -1;
        return status;
    }

private:
    pid_t pid_ = -1;
};

/// SIGTERM when asked to stop or out of time, SIGKILL when that is not heeded.
class Ladder {
public:
    Ladder(const Program& program, const std::stop_token& stop)
        : program_(program), stop_(stop), deadline_(steady_clock::now() + program.timeout) {}
    void climb(const Child& child) {
        const auto now = steady_clock::now();
        if (reason_ == Stopped::no) {
            reason_ = stop_.stop_requested() ? Stopped::asked : now >= deadline_ ? Stopped::timeout : Stopped::no;
            if (reason_ == Stopped::no) return;
            child.signal(SIGTERM);
            deadline_ = now + program_.grace;
        } else if (!killed_ && now >= deadline_) {
            killed_ = true;
            child.signal(SIGKILL);
        }
    }
    Stopped reason() const { return reason_; }

private:
    const Program& program_;
    const std::stop_token& stop_;
    steady_clock::time_point deadline_;
    Stopped reason_ = Stopped::no;
    bool killed_ = false;
};

}  // namespace

Ended run(const Program& program, const std::stop_token& stop) {
    Output out(program.keep_bytes), err(program.keep_bytes);
    Child child(program, out, err);
    out.started();
    err.started();
    // Without pidfds (an old kernel) the look every 100 ms is all there is.
    const Descriptor ending(static_cast<int>(::syscall(SYS_pidfd_open, child.pid(), 0)));
    Ladder ladder(program, stop);
    while (!child.has_ended()) {
        pollfd fds[] = {{out.ours(), POLLIN, 0}, {err.ours(), POLLIN, 0}, {ending.get(), POLLIN, 0}};
        ::poll(fds, std::size(fds), kLookMilliseconds);
        out.take(8);
        err.take(8);
        ladder.climb(child);
    }
    Ended ended{.stopped = ladder.reason()};
    const int status = child.reap();
    if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
    out.take(64);  // not for ever: somebody who left the group may still be writing
    err.take(64);
    std::tie(ended.out, ended.out_bytes) = std::move(out).kept();
    std::tie(ended.err, ended.err_bytes) = std::move(err).kept();
    return ended;
}

}  // namespace nightshift::core::process
