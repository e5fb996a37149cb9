// Calendars as they stand in the database, and the texts they are written in.
#pragma once

#include <optional>
#include <string>

#include "core/json/json.h"
#include "core/pg/pg.h"
#include "domain/calendars/business_time.h"

namespace nightshift::domain::calendars {

/// Nothing for one that was deleted, or never was.
std::optional<BusinessTime> known(core::pg::Transaction& tx, const std::string& organization, const std::string& id);
/// Throws Error(not_found).
BusinessTime find(core::pg::Transaction& tx, const std::string& organization, const std::string& id);

/// Says what is wrong with [{"weekday", "from", "to"}], or nothing.
std::string check_week(const core::json::value& hours);
/// Says what is wrong with [{"from", "to"}], or nothing.
std::string check_hours(const core::json::value& hours);

}  // namespace nightshift::domain::calendars
