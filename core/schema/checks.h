// What more than one table of fields asks of a value: each is a Check, "" for what is right.
#pragma once

#include <string>

#include "core/json/json.h"

namespace nightshift::core::schema {

/// A time zone of the IANA database; names that are nearly right are suggested.
std::string check_zone(const json::value& name);
/// A time of day, 00:00 to 23:59.
std::string check_time_of_day(const json::value& time);
/// An http or https address that may be called, as far as it alone can tell.
std::string check_web_address(const json::value& url);

}  // namespace nightshift::core::schema
