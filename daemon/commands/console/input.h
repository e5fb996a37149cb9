// What operators type: durations, JSON, names that stand for ids.
#pragma once

#include <chrono>
#include <string>

#include "core/json/json.h"
#include "daemon/commands/console/api.h"

namespace nightshift::daemon::console {

/// "90s", "5m", "1h30m"; "" is 0. Error(validation) names the option.
std::chrono::milliseconds duration(const std::string& option, const std::string& text);

/// A JSON object: the text itself, @file, or - for standard input.
core::json::object json_argument(const std::string& option, const std::string& text);

/// The id of what is called so in a list of the API; an id is taken as it is. Error(validation) when there is none.
std::string id_of(const Api& api, const std::string& list, const std::string& id_or_name);

}  // namespace nightshift::daemon::console
