// nightshift: one program, one command line. Which commands there are: daemon/commands/.
#include <fcntl.h>
#include <unistd.h>

#include <iostream>

#include "commands.h"
#include "core/error/error.h"
#include "daemon/commands/command.h"

namespace {

/// A service may start with its standard streams closed: then the next socket would get their number, and the log.
void keep_streams_apart() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(fd, F_GETFD) < 0) static_cast<void>(::open("/dev/null", O_RDWR));  // takes the lowest: this one
}

}  // namespace

int main(int argc, char** argv) {
    using namespace nightshift;
    keep_streams_apart();
    CLI::App app{"Nightshift runs a team's background work: jobs, reports, reminders, deliveries.", "nightshift"};
    app.set_version_flag("--version", "nightshift " NIGHTSHIFT_VERSION);
    app.require_subcommand(1);
    daemon::Action action;
    for (const auto add : generated::commands)
        if (add != nullptr) add(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? daemon::kExitOk : daemon::kExitUsage;
    }
    try {
        return action ? action() : daemon::kExitUsage;
    } catch (const core::Error& problem) {
        std::cerr << "nightshift: " << problem.what() << '\n';
        switch (problem.code()) {
            case core::Code::validation:
                return daemon::kExitUsage;
            case core::Code::configuration:
                return daemon::kExitConfiguration;
            case core::Code::unavailable:
            case core::Code::database:
            case core::Code::broker:
                return daemon::kExitUnavailable;
            default:
                return daemon::kExitFailed;
        }
    } catch (const std::exception& problem) {
        std::cerr << "nightshift: " << problem.what() << '\n';
        return daemon::kExitFailed;
    }
}
