// `nightshift schedules ...`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::schedules {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::schedules
