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

}  // namespace

Come load(const Load& what) {
    std::vector<std::unique_ptr<Line>> lines;
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    std::size_t number = 0;
    Come come;
    std::vector<double> took;
    const auto ask = [&](Line& line, steady_clock::time_point due) {
        const auto text = what.ask(number++);
        line.came.clear();
        line.whole = 0;
        line.asked = due;
        return ::send(line.fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    };
    const auto began = steady_clock::now();
    const bool is_paced = what.per_second > 0;
    std::vector<Line*> resting;  // of a paced load: who has nothing under way
    const auto due = [&](std::size_t n) {
        return began + std::chrono::duration_cast<steady_clock::duration>(
                           std::chrono::duration<double>(static_cast<double>(n) / what.per_second));
    };
    for (std::size_t i = 0; i < what.connections; ++i) {
        lines.push_back(std::make_unique<Line>());
        auto& line = *lines.back();
        line.fd = connected(what.port);
        epoll_event wanted{.events = EPOLLIN, .data = {.ptr = &line}};
        if (line.fd < 0 || ::epoll_ctl(poll, EPOLL_CTL_ADD, line.fd, &wanted) != 0 ||
            (!is_paced && !ask(line, steady_clock::now()))) {
            ++come.failures;
            come.failure = "no connection";
        }
        if (is_paced) resting.push_back(&line);
    }
    std::array<epoll_event, 64> events{};
    std::array<char, 1 << 16> piece{};
    std::size_t under_way = is_paced ? 0 : lines.size();
    // What is under way at the end is waited for, uncounted: it would weigh on whoever is measured next.
    constexpr std::chrono::seconds kAfter{10};
    while (true) {
        const auto gone = steady_clock::now() - began;
        const bool is_over = gone >= what.span;
        if (is_over && (under_way == 0 || gone > what.span + kAfter)) break;
        for (; is_paced && !is_over && !resting.empty() && due(number) <= steady_clock::now(); resting.pop_back())
            under_way += ask(*resting.back(), due(number)) ? 1 : 0;
        const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), is_paced ? 1 : 100);
        for (int i = 0; i < ready; ++i) {
            auto& line = *static_cast<Line*>(events.at(static_cast<std::size_t>(i)).data.ptr);
            const auto got = ::recv(line.fd, piece.data(), piece.size(), 0);
            if (got <= 0) {
                ++come.failures;
                come.failure = "the connection ended";
                ::epoll_ctl(poll, EPOLL_CTL_DEL, line.fd, nullptr);
                --under_way;
                continue;
            }
            if (!line.take({piece.data(), static_cast<std::size_t>(got)})) continue;
            --under_way;
            if (is_over) continue;
            took.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - line.asked).count());
            if (line.came.size() < 10 || line.came[9] != '2') {
                ++come.failures;
                if (come.failure.empty()) come.failure = line.came.substr(0, 500);
            }
            if (is_paced)
                resting.push_back(&line);
            else
                under_way += ask(line, steady_clock::now()) ? 1 : 0;
        }
    }
    ::close(poll);
    come.answers = took.size();
    come.per_second = static_cast<double>(took.size()) / std::chrono::duration<double>(what.span).count();
    come.p50_ms = percentile(took, 0.50);
    come.p99_ms = percentile(took, 0.99);
    return come;
}

}  // namespace nightshift::bench
