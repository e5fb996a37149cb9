#include "tests/kit/scanner.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <fstream>
#include <iterator>

#include "core/clamd/clamd.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "tests/kit/connect.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

constexpr const char* kProgram = "/usr/sbin/clamd";

std::string in_hex(const std::string& text) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        out += kDigits[static_cast<unsigned char>(c) >> 4U];
        out += kDigits[static_cast<unsigned char>(c) & 15U];
    }
    return out;
}

}  // namespace

bool Scanner::is_installed() {
    return ::access(kProgram, X_OK) == 0;
}

Scanner::Scanner()
    : folder_(std::filesystem::temp_directory_path() / ("clamd-" + core::time::uuid7())), port_(any_free_port()) {
    std::filesystem::create_directories(folder_ / "signatures");
    std::ofstream(folder_ / "signatures" / "own.ndb")
        << "Nightshift.Test:0:*:" << in_hex("NIGHTSHIFT-TEST-VIRUS") << '\n';
    std::ofstream(folder_ / "clamd.conf")
        << "DatabaseDirectory " << (folder_ / "signatures").string() << "\nLocalSocket " << socket() << "\nTCPSocket "
        << port_ << "\nTCPAddr 127.0.0.1\nForeground yes\n"
        << "StreamMaxLength 20M\nMaxThreads 2\nTemporaryDirectory " << folder_.string() << "\n";
    const auto settings = (folder_ / "clamd.conf").string(), output = (folder_ / "log").string();
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves nothing behind
    const int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execl(kProgram, kProgram, "--config-file", settings.c_str(), nullptr);
    ::_exit(127);
}

Scanner::~Scanner() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string Scanner::address() const {
    return "127.0.0.1:" + std::to_string(port_);
}

bool Scanner::ready() {
    return eventually([&] {
        try {
            core::clamd::scan(socket(), "x", std::chrono::seconds(1));
            core::clamd::scan(address(), "x", std::chrono::seconds(1));
            return true;
        } catch (const core::Error&) {
            return false;
        }
    });
}

void Scanner::stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

std::string Scanner::log() const {
    std::ifstream file(folder_ / "log");
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace nightshift::tests
