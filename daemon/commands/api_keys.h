#pragma once

#include "daemon/commands/command.h"

namespace nightshift::daemon::api_keys {

void add(CLI::App& app, Action& action);

}  // namespace nightshift::daemon::api_keys
