// Thousands who listen on the real program.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "core/time/time.h"
#include "tests/bench/measure.h"
#include "tests/kit/eventually.h"
#include "tests/kit/operator.h"
#include "tests/kit/program.h"

namespace nightshift::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

double resident_mib(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    return -1;
}

/// A WebSocket after its handshake; what it hears is only looked through for a word.
class Listening {
public:
    explicit Listening(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const auto hello =
            "GET /ws/notifications/me HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
            "Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " +
            tests::kOperatorKey + "\r\n\r\n";
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
            (void)!::send(fd_, hello.data(), hello.size(), MSG_NOSIGNAL);
    }
    ~Listening() {
        if (fd_ >= 0) ::close(fd_);
    }
    Listening(Listening&& other) noexcept : fd_(std::exchange(other.fd_, -1)), heard_(std::move(other.heard_)) {}
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    Listening& operator=(Listening&&) = delete;

    bool hears(std::string_view word, std::chrono::milliseconds limit = 10s) {
        const auto until = steady_clock::now() + limit;
        while (heard_.find(word) == std::string::npos) {
            pollfd wanted{fd_, POLLIN, 0};
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now()).count();
            if (left <= 0 || ::poll(&wanted, 1, static_cast<int>(left)) <= 0) return false;
            std::array<char, 4096> piece{};
            const auto got = ::recv(fd_, piece.data(), piece.size(), 0);
            if (got <= 0) return false;
            heard_.append(piece.data(), static_cast<std::size_t>(got));
        }
        heard_.clear();
        return true;
    }

private:
    int fd_;
    std::string heard_;
};

void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void measure_sockets(Figures& figures, const Options& options) {
    raise_file_limit();
    tests::Database database;
    tests::let_operator_in(database.pool());
    const auto user = database.one("select id from app_user where email = 'operator@example.org'");
    tests::Program program({.database_url = database.url(), .environment = {{"NIGHTSHIFT_LIMITS__KEY", "0"}}});
    if (!program.ready()) return;
    const auto port = static_cast<std::uint16_t>(std::stoi(program.port()));
    {
        Listening first(port);
        first.hears("hello");
    }
    const double before = resident_mib(program.pid());
    std::vector<Listening> all;
    all.reserve(static_cast<std::size_t>(options.listeners));
    std::size_t deaf = 0;
    const auto began = steady_clock::now();
    for (int i = 0; i < options.listeners; ++i) {
        all.emplace_back(port);
        if (!all.back().hears("hello")) ++deaf;
    }
    const auto name = std::to_string(options.listeners) + " idle WebSockets";
    figures.push_back({name + ", opened", "/s", options.listeners / seconds_since(began), 0, 0});
    figures.push_back({name + ", of them not heard", "", static_cast<double>(deaf), 0, 0});
    figures.push_back({name + ", memory of the daemon", "MiB", resident_mib(program.pid()), 100, 0});
    figures.push_back(
        {name + ", memory each", "KiB", (resident_mib(program.pid()) - before) * 1024 / options.listeners, 0, 0});
    const auto told = steady_clock::now();
    database.one("insert into notification (id, organization_id, user_id, type, title) values ('" +
                 core::time::uuid7() + "', '" + tests::kOrganization + "', '" + user + "', 'mention', 'Listen')");
    std::size_t hear = 0;
    for (auto& one : all) hear += one.hears("Listen") ? 1 : 0;
    figures.push_back({name + ", of them hear a notification", "", static_cast<double>(hear),
                       static_cast<double>(options.listeners), 0});
    figures.push_back({name + ", the last hears it after", "ms", seconds_since(told) * 1000, 0, 0});
}

}  // namespace nightshift::bench
