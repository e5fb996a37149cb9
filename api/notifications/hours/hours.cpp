#include "api/notifications/hours/hours.h"

#include "core/error/error.h"
#include "core/schema/checks.h"
#include "domain/reminders/sql.h"

namespace nightshift::api::notifications::hours {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Services;
namespace json = core::json;
namespace sql = domain::reminders::sql;

std::string check_days(const json::value& given) {
    constexpr std::int64_t kSunday = 7;
    unsigned seen = 0;
    for (const auto& one : given.as_array()) {
        const auto day = one.is_int64() ? one.as_int64() : 0;
        if (day < 1 || day > kSunday || (seen >> day & 1U) != 0)
            return "expected each of 1 (Monday) to 7 (Sunday) once at most";
        seen |= 1U << day;
    }
    return {};
}

constexpr Field kHours[] = {
    {"quiet_from",
     Type::text,
     "From when not to be disturbed: 21:00.",
     {.nullable = true, .check = core::schema::check_time_of_day}},
    {"quiet_to",
     Type::text,
     "Until when; may be on the next day: 07:00.",
     {.nullable = true, .check = core::schema::check_time_of_day}},
    {"working_days",
     Type::array,
     "Days to be disturbed on, 1 (Monday) to 7 (Sunday); null: those of the default calendar.",
     {.min = 1, .max = 7, .nullable = true, .check = check_days}},
    {"digest_at",
     Type::text,
     "When the day's digest comes, on a working day; null: none, unless something is to be told in it.",
     {.nullable = true, .check = core::schema::check_time_of_day}},
};
constexpr std::string_view kHoursExample =
    R"({"quiet_from": "21:00", "quiet_to": "07:00", "working_days": [1, 2, 3, 4, 5], "digest_at": "08:00"})";
constexpr kit::Answer kShown{.shape = {"NotificationHours", kHours, kHoursExample}};

Response show(const Services& services, const Request&, const Caller& caller, json::object&) {
    const auto rows = core::pg::once(services.pool, sql::hours_show, kit::person_of(caller), caller.organization);
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

Response set(const Services& services, const Request&, const Caller& caller, json::object& body) {
    const auto is_given = [&](std::string_view name) { return body.contains(name) && !body.at(name).is_null(); };
    if (is_given("quiet_from") != is_given("quiet_to"))
        throw core::schema::wrong(Code::rule, is_given("quiet_from") ? "quiet_to" : "quiet_from",
                                  "quiet hours have a beginning and an end");
    const auto rows =
        core::pg::once(services.pool, sql::hours_set, kit::person_of(caller), caller.organization, json::text(body));
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    return {
        {"GET",
         "/api/v1/notifications/hours",
         "notification.own",
         "When one may be disturbed.",
         {},
         kit::bound(services, show),
         kShown,
         kit::kNothing,
         {},
         "getNotificationHours"},
        {"PUT",
         "/api/v1/notifications/hours",
         "notification.own",
         "Says anew when one may be disturbed, on one's own clock; what is left out is no limit.",
         kHours,
         kit::bound(services, set),
         kShown,
         kit::kNothing,
         {},
         "setNotificationHours",
         kHoursExample},
    };
}

}  // namespace nightshift::api::notifications::hours
