// What reports are asked with: the fields that types share, and what they come to. Relative periods become days when a
// report is asked for, so that a report says what it is about whenever it is made.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"
#include "core/schema/field.h"
#include "domain/reports/report_type.h"

namespace nightshift::domain::reports {

inline constexpr core::schema::Field kPeriod[] = {
    {"period",
     core::schema::Type::choice,
     "Instead of days: in the time zone, at the moment of asking; weeks begin on Monday.",
     {.choices = "today|yesterday|this_week|last_week|this_month|last_month|this_quarter|last_quarter|this_year|"
                 "last_year|last_7_days|last_30_days|last_90_days|last_365_days"}},
    {"start_date", core::schema::Type::date, "From this day on."},
    {"end_date", core::schema::Type::date, "Until this day, it included."},
};
inline constexpr core::schema::Field kZone[] = {
    {"time_zone",
     core::schema::Type::text,
     "IANA zone in which days begin and moments are printed; that of who asks when not given.",
     {.max = 60}},
};
inline constexpr core::schema::Field kAmong[] = {
    {"department_id", core::schema::Type::uuid, "Only of this department."},
    {"team_id", core::schema::Type::uuid, "Only of this team."},
    {"user_id", core::schema::Type::uuid, "Only of this person."},
};
inline constexpr core::schema::Field kJobs[] = {
    {"job_type_id", core::schema::Type::uuid, "Only jobs of this type."},
    {"job_priority_id", core::schema::Type::uuid, "Only jobs of this priority."},
    {"class", core::schema::Type::choice, "Only jobs, or only tickets.", {.choices = "job|ticket"}},
};

/// Several tables of fields as one.
template <std::size_t... Sizes>
consteval auto joined(const core::schema::Field (&... tables)[Sizes]) {
    std::array<core::schema::Field, (Sizes + ...)> all{};
    std::size_t at = 0;
    const auto add = [&](const auto& table) {
        for (const auto& field : table) all[at++] = field;
    };
    (add(tables), ...);
    return all;
}

/// Checks the parameters against the type's own, all problems at once, and puts in what follows from them: the days of
/// a period, the time zone. Throws Error(validation) by field, 422 where a row is not there; `at` stands before the
/// names of fields.
void settle(core::pg::Transaction& tx, const ReportType& type, core::json::object& parameters,
            const std::string& organization, const std::string& user, std::chrono::system_clock::time_point now,
            std::string_view at = "parameters.");

/// `given` over `kept`; days or a period that are given take the place of all that were kept of them.
core::json::object merged(core::json::object kept, const core::json::object& given);

/// As the statements take them: with `from`, `to` and `as_of`.
core::json::object for_statements(const core::json::object& settled, std::chrono::system_clock::time_point as_of);

/// For people: "2026-03-01 to 2026-03-31", "Department: Support".
std::vector<std::string> told(core::pg::Transaction& tx, const core::json::object& settled,
                              const std::string& organization);

}  // namespace nightshift::domain::reports
