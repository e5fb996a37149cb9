// `nightshift workers ...`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::workers {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::workers
