#include "tests/kit/fault_proxy.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/kit/connect.h"

namespace nightshift::tests {
namespace {

using std::chrono::steady_clock;

struct Chunk {
    steady_clock::time_point due;
    std::string bytes;
};

/// Closed with a reset, as by a host that went away.
void reset(int& fd) {
    if (fd < 0) return;
    const linger at_once{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(fd);
    fd = -1;
}

int listen_on_loopback(std::string& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 128) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("fault proxy: can't listen");
    port = std::to_string(ntohs(address.sin_port));
    return fd;
}

}  // namespace

struct FaultProxy::Link {
    int client = -1, server = -1;
    std::deque<Chunk> to_server, to_client;
    std::string tail;         // of what the client said: a pattern may come in two pieces
    bool answerless = false;  // the server's next word is lost, and the link with it
    std::size_t left = 0;     // bytes of the server until the cut; 0: no limit
    bool open() const { return client >= 0 && server >= 0; }
};

FaultProxy::FaultProxy(const std::string& url) {
    const auto host = url.find('@') + 1, colon = url.find(':', host), end = url.find_first_of("/?", colon);
    host_ = url.substr(host, colon - host);
    port_ = url.substr(colon + 1, end - colon - 1);
    std::string own;
    listener_ = listen_on_loopback(own);
    url_ = url.substr(0, host) + "127.0.0.1:" + own + (end == std::string::npos ? "" : url.substr(end));
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

FaultProxy::~FaultProxy() {
    thread_.request_stop();
    thread_.join();
    for (auto& link : links_) end(link);
    reset(listener_);
}

void FaultProxy::pass() {
    const std::lock_guard lock(mutex_);
    mode_ = Mode::pass;
    delay_ = std::chrono::milliseconds(0);
    times_ = 0;
    limit_ = 0;
}
void FaultProxy::refuse() {
    const std::lock_guard lock(mutex_);
    mode_ = Mode::refuse;
    cut_all_ = true;
}
void FaultProxy::freeze() {
    const std::lock_guard lock(mutex_);
    mode_ = Mode::freeze;
}
void FaultProxy::delay(std::chrono::milliseconds by) {
    const std::lock_guard lock(mutex_);
    delay_ = by;
}
void FaultProxy::cut() {
    const std::lock_guard lock(mutex_);
    cut_all_ = true;
}
void FaultProxy::cut_before(std::string pattern, int times) {
    const std::lock_guard lock(mutex_);
    pattern_ = std::move(pattern);
    times_ = times;
    before_ = true;
}
void FaultProxy::lose_answer(std::string pattern, int times) {
    cut_before(std::move(pattern), times);
    const std::lock_guard lock(mutex_);
    before_ = false;
}
void FaultProxy::cut_after(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    limit_ = bytes;
}

void FaultProxy::end(Link& link) {
    reset(link.client);
    reset(link.server);
}

void FaultProxy::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        Mode mode = Mode::pass;
        {
            const std::lock_guard lock(mutex_);
            mode = mode_;
            if (std::exchange(cut_all_, false))
                for (auto& link : links_) end(link);
        }
        links_.remove_if([](const Link& link) { return !link.open(); });
        if (mode == Mode::freeze) {
            ::poll(nullptr, 0, 5);
            continue;
        }
        std::vector<pollfd> fds{{listener_, POLLIN, 0}};
        bool pending = false;
        for (const auto& link : links_) {
            fds.push_back({link.client, POLLIN, 0});
            fds.push_back({link.server, POLLIN, 0});
            pending |= !link.to_client.empty() || !link.to_server.empty();
        }
        ::poll(fds.data(), fds.size(), pending ? 1 : 10);
        if ((fds[0].revents & POLLIN) != 0) take();
        std::size_t i = 1;
        for (auto& link : links_) {
            if (i + 1 >= fds.size()) break;  // just taken: its turn comes
            if (fds[i++].revents != 0) read(link, true);
            if (fds[i++].revents != 0) read(link, false);
            write(link, true);
            write(link, false);
        }
    }
}

void FaultProxy::take() {
    Link link;
    link.client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    {
        const std::lock_guard lock(mutex_);
        if (mode_ == Mode::refuse) return reset(link.client);
        link.left = std::exchange(limit_, 0);
    }
    link.server = connect_to(host_, port_);
    if (!link.open()) return end(link);
    links_.push_back(std::move(link));
}

/// The pattern was said, and a harm is still wanted.
bool FaultProxy::hears(Link& link, const std::string& bytes) {
    const std::lock_guard lock(mutex_);
    if (times_ == 0) {
        link.tail.clear();
        return false;
    }
    link.tail += bytes;
    if (link.tail.find(pattern_) == std::string::npos) {
        if (link.tail.size() >= pattern_.size()) link.tail.erase(0, link.tail.size() - pattern_.size() + 1);
        return false;
    }
    link.tail.clear();
    --times_;
    ++harmed_;
    return true;
}

void FaultProxy::read(Link& link, bool from_client) {
    if (!link.open()) return;
    std::array<char, 65536> buffer{};
    const auto count = ::recv(from_client ? link.client : link.server, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count <= 0) return count < 0 && errno == EAGAIN ? void() : end(link);
    std::string bytes(buffer.data(), static_cast<std::size_t>(count));
    if (from_client && hears(link, bytes)) {
        const std::lock_guard lock(mutex_);
        if (before_) return end(link);
        link.answerless = true;
    }
    if (!from_client && link.answerless) return end(link);
    if (!from_client && link.left > 0) {
        if (bytes.size() >= link.left) {
            ++harmed_;
            return end(link);
        }
        link.left -= bytes.size();
    }
    std::chrono::milliseconds by{0};
    {
        const std::lock_guard lock(mutex_);
        by = delay_;
    }
    (from_client ? link.to_server : link.to_client).push_back({steady_clock::now() + by, std::move(bytes)});
}

void FaultProxy::write(Link& link, bool to_client) {
    auto& chunks = to_client ? link.to_client : link.to_server;
    while (link.open() && !chunks.empty() && chunks.front().due <= steady_clock::now()) {
        auto& bytes = chunks.front().bytes;
        const auto count =
            ::send(to_client ? link.client : link.server, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN ? void() : end(link);
        bytes.erase(0, static_cast<std::size_t>(count));
        if (bytes.empty()) chunks.pop_front();
    }
}

}  // namespace nightshift::tests
