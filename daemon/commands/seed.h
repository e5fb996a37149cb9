// `nightshift seed`: the demo's data.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::seed {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::seed
