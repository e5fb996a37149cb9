// What passes for an e-mail address: enough to keep typing errors out; whether it is somebody's only a mail can tell.
#pragma once

#include <string>

#include "core/json/json.h"

namespace nightshift::domain::identity {

/// For the rules of a text field: what is wrong with it, or nothing.
std::string check_email(const core::json::value& value);

}  // namespace nightshift::domain::identity
