// `nightshift queues ...`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::queues {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::queues
