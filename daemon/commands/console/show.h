// JSON of the API as people read it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "daemon/commands/console/table.h"

namespace nightshift::daemon::console {

/// A member as text: texts as they are, null and missing as "", the rest as JSON.
std::string text(const core::json::value& object, std::string_view name);
/// A number's member; 0 when there is none.
double number(const core::json::value& object, std::string_view name);
/// "2026-11-21 05:20:00": a moment's member, UTC.
std::string moment(const core::json::value& object, std::string_view name);
/// "3m" since, or "in 3m" until a moment's member; "" when there is none.
std::string age(const core::json::value& object, std::string_view name);
/// "850ms", "3.2s", "4m10s", "2h05m", "3d04h".
std::string span(double seconds);

/// To standard output, cut to its terminal; `none` instead of an empty table.
void print(const Table& table, std::string_view none);
/// Name and value, a line each; those without a value are left out.
void print_members(const core::json::value& object, const std::vector<std::string>& names);
/// For programs: as the API said it.
void print_json(const core::json::value& any);

}  // namespace nightshift::daemon::console
