#include "tests/kit/program.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "core/time/time.h"
#include "tests/kit/eventually.h"
#include "tests/kit/operator.h"
#include "tests/kit/pointers.h"

extern char** environ;  // NOLINT: POSIX

namespace nightshift::tests {
namespace {

std::string seconds(std::chrono::milliseconds span) {
    return std::to_string(static_cast<double>(span.count()) / 1000);
}

/// Ours without what steers another Nightshift, and with what the test wants.
std::vector<std::string> environment_of(const ProgramSettings& settings) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry)
        if (!std::string_view(*entry).starts_with("NIGHTSHIFT_")) all.emplace_back(*entry);
    if (!settings.fail_points.empty()) all.push_back("NIGHTSHIFT_FAIL_POINT=" + settings.fail_points);
    for (const auto& [name, value] : settings.environment) all.push_back(name + "=" + value);
    return all;
}

int connect_here(const std::string& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi("0" + port)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval limit{15, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
    ::close(fd);
    return -1;
}

}  // namespace

Program::Program(ProgramSettings settings) {
    folder_ = std::filesystem::temp_directory_path() / ("nightshift-" + core::time::uuid7());
    std::filesystem::create_directories(folder_);
    configuration_ = folder_ / "nightshift.yaml";
    log_ = settings.log.empty() ? folder_ / "log" : settings.log;
    if (settings.reports.empty()) settings.reports = folder_ / "reports";
    write_configuration(settings);
    start(settings);
}

Program::~Program() {
    if (!status_) {
        signal(SIGKILL);
        signal(SIGCONT);
        ended();
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void Program::write_configuration(const ProgramSettings& settings) const {
    const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
    std::ofstream file(configuration_);
    file << "database: {url: " << quoted(settings.database_url) << "}\n"
         << "broker: {transport: " << (settings.broker_url.empty() ? "postgres" : "rabbitmq");
    if (!settings.broker_url.empty()) file << ", url: " << quoted(settings.broker_url);
    file << "}\n"
         << "api: {port: 0}\n"
         << "workers: {slots: " << settings.slots << ", queues: [" << settings.queue
         << "], beat: " << seconds(settings.beat) << ", lease: " << seconds(settings.lease)
         << ", rescue_every: " << seconds(settings.rescue_every) << ", rehint: " << seconds(settings.rehint)
         << ", drain_timeout: " << seconds(settings.drain) << "}\n"
         << "reports: {folder: " << quoted(settings.reports.string()) << "}\n"
         << "attachments: {folder: " << quoted((folder_ / "attachments").string()) << "}\n"
         << "diagnostics: {enabled: true}\n"
         << "log: {format: json}\n";
}

void Program::start(const ProgramSettings& settings) {
    auto environment = environment_of(settings);
    std::vector<std::string> arguments{NIGHTSHIFT_PROGRAM, "serve", "--config", configuration_.string()};
    if (!settings.roles.empty()) arguments.insert(arguments.end(), {"--roles", settings.roles});
    auto argv = pointers(arguments), envp = pointers(environment);
    const int log = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves nothing behind
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        if (!settings.has_output)
            for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(fd);
        ::execve(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
    ::close(log);
}

bool Program::ready() {
    return eventually([&] { return ended(std::chrono::milliseconds(0)) || told("daemon.ready") > 0; }) && !status_ &&
           eventually([&] { return ended(std::chrono::milliseconds(0)) || told("incarnation.started") > 0; }) &&
           !status_;
}

void Program::signal(int number) const {
    if (!status_) ::kill(pid_, number);
}

std::optional<int> Program::ended(std::chrono::milliseconds limit) {
    eventually(
        [&] {
            int status = 0;
            if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
            return status_.has_value();
        },
        limit);
    return status_;
}

bool Program::ended_by(int signal, std::chrono::milliseconds limit) {
    const auto status = ended(limit);
    return status && WIFSIGNALED(*status) && WTERMSIG(*status) == signal;
}

bool Program::exited(int code, std::chrono::milliseconds limit) {
    const auto status = ended(limit);
    return status && WIFEXITED(*status) && WEXITSTATUS(*status) == code;
}

std::string Program::log() const {
    std::ifstream file(log_);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t Program::told(const std::string& event) const {
    const auto text = log(), wanted = "\"event\":\"" + event + "\"";
    std::size_t count = 0;
    for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) ++count;
    return count;
}

std::string Program::port() const {
    const auto text = log();
    const std::string key = R"("port":")";
    const auto at = text.find(key, std::min(text.find("daemon.ready"), text.size()));
    return at == std::string::npos ? ""
                                   : text.substr(at + key.size(), text.find('"', at + key.size()) - at - key.size());
}

Answer Program::ask(const std::string& port, const std::string& method, const std::string& path,
                    const std::string& body) {
    const int fd = connect_here(port);
    if (fd < 0) return {};
    const auto request = method + " " + path +
                         " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + kOperatorKey +
                         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                         "\r\n\r\n" + body;
    std::string all;
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
        char buffer[4096];
        for (ssize_t count = 0; (count = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
            all.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(fd);
    const auto end = all.find("\r\n\r\n");
    if (end == std::string::npos || all.size() < 12) return {};
    return {std::atoi(all.c_str() + 9), all.substr(0, end), all.substr(end + 4)};
}

}  // namespace nightshift::tests
