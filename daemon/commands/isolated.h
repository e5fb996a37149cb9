// `nightshift run-isolated`: the child process of isolated kinds. Not for people.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::isolated {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::isolated
