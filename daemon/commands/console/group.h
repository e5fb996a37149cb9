// How the commands of a group are made: what they all take, and how their failures end.
#pragma once

#include <memory>
#include <string>

#include "daemon/commands/command.h"
#include "daemon/commands/console/api.h"

namespace nightshift::daemon::console {

inline constexpr int kExitRefused = 2;  ///< the API said no

/// --url, --token, --config, --json.
void add_connection(CLI::App& command, Connection& connection);

/// Runs a command's body; a refusal is told on standard error and ends in kExitRefused.
int answered(const std::function<int()>& body);

/// A command of a group; `Options` has a `Connection connection`.
template <class Options>
CLI::App& add_command(CLI::App& group, Action& action, const std::string& name, const std::string& sentence,
                      const std::shared_ptr<Options>& options, int (*body)(const Options&)) {
    auto* command = group.add_subcommand(name, sentence);
    add_connection(*command, options->connection);
    command->callback(
        [&action, options, body] { action = [options, body] { return answered([&] { return body(*options); }); }; });
    return *command;
}

}  // namespace nightshift::daemon::console
