#include "core/clamd/clamd.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/error/error.h"
#include "core/text/utf8.h"

namespace nightshift::core::clamd {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void no_verdict(const std::string& why) {
    throw Error(Code::unavailable, "the virus scanner gave no verdict: " + why);
}

/// A socket that gives up at a point in time.
class Dialogue {
public:
    explicit Dialogue(Clock::time_point until) : until_(until) {}
    ~Dialogue() { hang_up(); }
    Dialogue(const Dialogue&) = delete;
    Dialogue& operator=(const Dialogue&) = delete;

    bool connect(int family, const sockaddr* address, socklen_t length) {
        hang_up();
        socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (socket_ < 0) return false;
        if (::connect(socket_, address, length) == 0) return true;
        if (errno != EINPROGRESS && errno != EAGAIN) return false;
        wait(POLLOUT);
        int failure = 0;
        socklen_t size = sizeof failure;
        ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &failure, &size);
        errno = failure;
        return failure == 0;
    }
    /// False: clamd has closed its side; what it had to say may still be read.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent >= 0)
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            else if (errno == EAGAIN)
                wait(POLLOUT);
            else if (errno != EINTR)
                return false;
        }
        return true;
    }
    /// Until the zero byte that ends an answer, or the end of it all.
    std::string answer() {
        constexpr std::size_t kMost = 4096;
        std::string text;
        std::array<char, 512> piece{};
        while (text.size() < kMost && text.find('\0') == std::string::npos) {
            if (Clock::now() >= until_) no_verdict("it took too long");
            const auto got = ::recv(socket_, piece.data(), piece.size(), 0);
            if (got > 0)
                text.append(piece.data(), static_cast<std::size_t>(got));
            else if (got == 0 || (errno != EAGAIN && errno != EINTR))
                break;
            else if (errno == EAGAIN)
                wait(POLLIN);
        }
        return text.substr(0, text.find('\0'));
    }

private:
    void wait(short what) {
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Clock::now()).count();
            if (left <= 0) no_verdict("it took too long");
            pollfd one{socket_, what, 0};
            if (::poll(&one, 1, static_cast<int>(std::min<long>(left, 1000))) > 0) return;
        }
    }
    void hang_up() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    Clock::time_point until_;
    int socket_ = -1;
};

void connect_to_path(Dialogue& dialogue, const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) no_verdict("the path of its socket is too long");
    std::memcpy(address.sun_path, path.c_str(), path.size());
    if (!dialogue.connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address))
        no_verdict(path + ": " + std::strerror(errno));
}

void connect_to_host(Dialogue& dialogue, const std::string& address) {
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) no_verdict("expected a path or host:port, got \"" + address + '"');
    auto host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (const int failure = ::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found);
        failure != 0)
        no_verdict(address + ": " + ::gai_strerror(failure));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, ::freeaddrinfo);
    for (const auto* one = all.get(); one != nullptr; one = one->ai_next)
        if (dialogue.connect(one->ai_family, one->ai_addr, one->ai_addrlen)) return;
    no_verdict(address + ": " + std::strerror(errno));
}

/// In pieces, each with its length before it in network order; an empty one ends them.
void send_stream(Dialogue& dialogue, std::string_view bytes) {
    constexpr std::size_t kPiece = 65536;
    bool is_heard = dialogue.send(std::string_view("zINSTREAM\0", 10));
    for (bool is_last = false; is_heard && !is_last;) {
        const auto piece = bytes.substr(0, kPiece);
        bytes.remove_prefix(piece.size());
        is_last = piece.empty();
        std::string length;
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            length += static_cast<char>(static_cast<unsigned char>(piece.size() >> shift));
        is_heard = dialogue.send(length) && dialogue.send(piece);
    }
}

}  // namespace

Verdict scan(const std::string& address, std::string_view bytes, std::chrono::milliseconds limit) {
    Dialogue dialogue(Clock::now() + limit);
    address.starts_with('/') ? connect_to_path(dialogue, address) : connect_to_host(dialogue, address);
    send_stream(dialogue, bytes);
    const auto said = dialogue.answer();
    constexpr std::string_view kBefore = "stream: ", kFound = " FOUND";
    if (said == "stream: OK") return {};
    if (said.starts_with(kBefore) && said.ends_with(kFound))
        return {true, text::repaired(said.substr(kBefore.size(), said.size() - kBefore.size() - kFound.size()))};
    no_verdict(said.empty() ? "it said nothing" : text::repaired(said));
}

}  // namespace nightshift::core::clamd
