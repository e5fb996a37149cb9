// `nightshift doctor`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::doctor {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::doctor
