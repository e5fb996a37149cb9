// `nightshift verify`: see its help.
#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::verify {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::verify
