// `nightshift serve`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::serve {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::serve
