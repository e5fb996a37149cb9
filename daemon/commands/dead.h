// `nightshift dead ...`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::dead {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::dead
