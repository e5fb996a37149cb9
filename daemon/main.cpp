// nightshift: one program, one command line. Which commands there are: daemon/commands/.
#include <iostream>

#include "commands.h"
#include "core/error/error.h"
#include "daemon/commands/command.h"

int main(int argc, char** argv) {
    using namespace nightshift;
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
