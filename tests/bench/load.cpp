#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "tests/bench/measure.h"

namespace nightshift::bench {
namespace {

using std::chrono::steady_clock;

int connected(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
    ::close(fd);
    return -1;
}

/// One connection, and the answer that it is getting.
struct Line {
    int fd = -1;
    std::string came;
    std::size_t whole = 0;  // of head and body, once the head is there
    steady_clock::time_point asked;
    bool is_under_way = false;

    ~Line() {
        if (fd >= 0) ::close(fd);
    }
    /// Whether the answer is whole.
    bool take(std::string_view piece) {
        came += piece;
        if (whole == 0) {
            const auto end = came.find("\r\n\r\n");
            if (end == std::string::npos) return false;
            auto at = came.find("ontent-");  // Content-Length, in whatever case its first letter is
            while (at != std::string::npos && at < end && came[at + 7] != 'L' && came[at + 7] != 'l')
                at = came.find("ontent-", at + 7);
            const auto length = at < end ? std::strtoull(came.c_str() + at + 14, nullptr, 10) : 0;
            whole = end + 4 + length;
        }
        return came.size() >= whole;
    }
};

/// What is under way at the end is waited for, uncounted: it would weigh on whoever is measured next.
constexpr std::chrono::seconds kAfter{10};

class Loading {
public:
    explicit Loading(const Load& what) : what_(what) {}
    ~Loading() { ::close(poll_); }
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;

    Come run() {
        for (std::size_t i = 0; i < what_.connections; ++i) open();
        auto gone = steady_clock::now() - began_;
        for (; gone < what_.span || (under_way_ > 0 && gone < what_.span + kAfter);
             gone = steady_clock::now() - began_) {
            is_over_ = gone >= what_.span;
            ask_what_is_due();
            take_what_came();
        }
        come_.answers = took_.size();
        come_.per_second = static_cast<double>(took_.size()) / std::chrono::duration<double>(what_.span).count();
        come_.p50_ms = percentile(took_, 0.50);
        come_.p99_ms = percentile(took_, 0.99);
        return come_;
    }

private:
    bool is_paced() const { return what_.per_second > 0; }
    void open() {
        auto& line = *lines_.emplace_back(std::make_unique<Line>());
        line.fd = connected(what_.port);
        epoll_event wanted{.events = EPOLLIN, .data = {.ptr = &line}};
        if (line.fd < 0 || ::epoll_ctl(poll_, EPOLL_CTL_ADD, line.fd, &wanted) != 0) return fail("no connection");
        next(line);
    }
    void fail(std::string why) {
        ++come_.failures;
        if (come_.failure.empty()) come_.failure = std::move(why);
    }
    /// A paced line rests until its turn; the others ask at once.
    void next(Line& line) {
        if (is_paced())
            resting_.push_back(&line);
        else
            ask(line, steady_clock::now());
    }
    void ask(Line& line, steady_clock::time_point due) {
        const auto text = what_.ask(number_++);
        line.came.clear();
        line.whole = 0;
        line.asked = due;
        line.is_under_way =
            ::send(line.fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
        if (!line.is_under_way) return fail("a request could not be sent");
        ++under_way_;
    }
    void ask_what_is_due() {
        if (!is_paced() || is_over_) return;
        for (; !resting_.empty(); resting_.pop_back()) {
            const std::chrono::duration<double> since(static_cast<double>(number_) / what_.per_second);
            const auto due = began_ + std::chrono::duration_cast<steady_clock::duration>(since);
            if (due > steady_clock::now()) return;
            ask(*resting_.back(), due);
        }
    }
    void take_what_came() {
        const int ready = ::epoll_wait(poll_, events_.data(), static_cast<int>(events_.size()), is_paced() ? 1 : 100);
        for (int i = 0; i < ready; ++i) take(*static_cast<Line*>(events_.at(static_cast<std::size_t>(i)).data.ptr));
    }
    void take(Line& line) {
        const auto got = ::recv(line.fd, piece_.data(), piece_.size(), 0);
        if (got <= 0) {
            fail("the connection ended");
            ::epoll_ctl(poll_, EPOLL_CTL_DEL, line.fd, nullptr);
            end(line);
        } else if (line.take({piece_.data(), static_cast<std::size_t>(got)})) {
            end(line);
            if (!is_over_) count(line);
        }
    }
    void end(Line& line) {
        if (std::exchange(line.is_under_way, false)) --under_way_;
    }
    void count(Line& line) {
        took_.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - line.asked).count());
        if (line.came.size() < 10 || line.came[9] != '2') fail(line.came.substr(0, 500));
        next(line);
    }

    const Load& what_;
    const int poll_ = ::epoll_create1(EPOLL_CLOEXEC);
    const steady_clock::time_point began_ = steady_clock::now();
    std::vector<std::unique_ptr<Line>> lines_;
    std::vector<Line*> resting_;  // of a paced load: who has nothing under way
    std::array<epoll_event, 64> events_{};
    std::array<char, 1 << 16> piece_{};
    std::vector<double> took_;
    Come come_;
    std::size_t number_ = 0, under_way_ = 0;
    bool is_over_ = false;
};

}  // namespace

Come load(const Load& what) {
    return Loading(what).run();
}

}  // namespace nightshift::bench
