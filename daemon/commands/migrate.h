// `nightshift migrate`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::migrate {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::migrate
