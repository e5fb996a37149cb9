// `nightshift runs ...`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::runs {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::runs
