// `nightshift check`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::check {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::check
