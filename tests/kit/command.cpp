#include "tests/kit/command.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "core/time/time.h"
#include "tests/kit/pointers.h"

extern char** environ;  // NOLINT: POSIX

namespace nightshift::tests {
namespace {

std::string taken(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    in.close();
    std::filesystem::remove(file);
    return text;
}

int status_of(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Ran run_command(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment) {
    const auto folder = std::filesystem::temp_directory_path();
    const auto name = "nightshift-command-" + core::time::uuid7();
    const auto out = folder / (name + ".out"), err = folder / (name + ".err");
    std::vector<std::string> words{NIGHTSHIFT_PROGRAM}, variables;
    words.insert(words.end(), arguments.begin(), arguments.end());
    for (char** entry = environ; *entry != nullptr; ++entry)
        if (!std::string_view(*entry).starts_with("NIGHTSHIFT_")) variables.emplace_back(*entry);
    for (const auto& [variable, value] : environment) variables.push_back(variable + "=" + value);
    auto argv = pointers(words), envp = pointers(variables);
    const auto pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves nothing behind
        ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
        ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
        ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        if (::chdir("/") != 0) ::_exit(126);
        ::execve(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
    const int code = status_of(pid);
    return {code, taken(out), taken(err)};
}

}  // namespace nightshift::tests
