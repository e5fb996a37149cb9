// `nightshift reports ...`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::reports {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::reports
