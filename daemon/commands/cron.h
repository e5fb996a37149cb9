// `nightshift cron`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::cron {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::cron
