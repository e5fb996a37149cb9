#include "api/calendars/calendars.h"

#include "api/kit/resource.h"
#include "core/schema/checks.h"
#include "core/time/time.h"
#include "domain/calendars/calendars.h"
#include "domain/calendars/sql.h"

namespace nightshift::api::calendars {
namespace {

using core::http::Request;
using core::http::Response;
using core::schema::Field;
using core::schema::Type;
using core::time::Instant;
using core::time::rfc3339;
using kit::Column;
using kit::Resource;
namespace json = core::json;
namespace business = domain::calendars;

constexpr kit::Allow kAllow{
    .see = "organization.view", .create = "sla.manage", .change = "sla.manage", .remove = "sla.manage"};
constexpr kit::Scopes kEverybodysPlan{.own = "true"};

void make_only_default(const kit::Change& change) {
    const auto* is_default = change.body.if_contains("is_default");
    if (is_default != nullptr && is_default->is_bool() && is_default->as_bool())
        change.tx.run(business::sql::default_clear, change.caller.organization, change.id);
}

constexpr Column kCalendarColumns[] = {
    {"name",
     Type::text,
     "Unique in the organization.",
     {.min = 1, .max = 120, .required = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"time_zone",
     Type::text,
     "The IANA zone its hours are in.",
     {.min = 1, .max = 60, .fallback = R"("UTC")", .check = core::schema::check_zone},
     kit::kFilter},
    {"hours",
     Type::array,
     "When work is done: weekday, from and to, several a day if need be; to before from is on the next day.",
     {.max = 100,
      .fallback =
          R"([{"weekday":"monday","from":"09:00","to":"17:00"},{"weekday":"tuesday","from":"09:00","to":"17:00"},
{"weekday":"wednesday","from":"09:00","to":"17:00"},{"weekday":"thursday","from":"09:00","to":"17:00"},
{"weekday":"friday","from":"09:00","to":"17:00"}])",
      .check = business::check_week}},
    {"is_default", Type::boolean, "Taken where none is named.", {.fallback = "false"}, kit::kFilter},
    {"holiday_count", Type::integer, "How many days are different.", {.required = true, .server = true}},
};
constexpr Resource kCalendars{
    .name = "calendars",
    .one = "calendar",
    .doc = "When people work: hours by weekday, in a time zone.",
    .table = "calendar",
    .view = "api.calendar",
    .columns = kCalendarColumns,
    .allow = kAllow,
    .scopes = kEverybodysPlan,
    .order = "name",
    .before_write = make_only_default,
    .example =
        R"({"name": "Night desk hours", "time_zone": "Europe/Paris", "is_default": false, "holiday_count": 0, "hours": [
{"weekday": "monday", "from": "22:00", "to": "06:00"}, {"weekday": "tuesday", "from": "09:00", "to": "12:30"}]})"};

constexpr Column kHolidayColumns[] = {
    {"calendar_id", Type::uuid, "The calendar it belongs to.", {.required = true}, kit::kFilter, "calendar"},
    {"date", Type::date, "The day, in the calendar's zone.", {.required = true}, kit::kFilter | kit::kSort},
    {"name", Type::text, "What day it is.", {.min = 1, .max = 120, .required = true}, kit::kSearch},
    {"hours",
     Type::array,
     "When work is done that day all the same, from and to; none: closed.",
     {.max = 24, .fallback = "[]", .check = business::check_hours}},
};
constexpr kit::Constraint kHolidayConstraints[] = {
    {"holiday_date_once", core::Code::conflict, "date", "is in this calendar already"},
};
constexpr Resource kHolidays{.name = "holidays",
                             .one = "holiday",
                             .doc = "Days of a calendar that are different: closed, or open at other hours.",
                             .table = "holiday",
                             .view = "api.holiday",
                             .columns = kHolidayColumns,
                             .allow = kAllow,
                             .scopes = kEverybodysPlan,
                             .constraints = kHolidayConstraints,
                             .order = "date",
                             .example = R"({"calendar_id": "@calendars", "date": "2030-12-24", "name": "Christmas Eve",
"hours": [{"from": "09:00", "to": "12:00"}]})"};

constexpr Field kSum[] = {
    {"from", Type::timestamp, "From when; now when not given."},
    {"to", Type::timestamp, "Until when: how much business time lies between."},
    {"add", Type::duration, "How much business time to add to from: 4h, 90m.", {.min = 0, .max = 315360000}},
};
constexpr Field kSumShown[] = {
    {"from", Type::timestamp, "From when.", {.required = true}},
    {"is_open", Type::boolean, "Whether from lies in working hours.", {.required = true}},
    {"next_opening",
     Type::timestamp,
     "When work begins next: from itself while it is open; null: never.",
     {.nullable = true}},
    {"to", Type::timestamp, "Until when: as asked, or the sum.", {.nullable = true}},
    {"seconds", Type::number, "The business time between from and to.", {.nullable = true}},
};
constexpr std::string_view kSumExample =
    R"({"from": "2030-03-01T20:00:00.000000Z", "is_open": false, "next_opening": "2030-03-04T21:00:00.000000Z",
"to": "2030-03-05T01:00:00.000000Z", "seconds": 14400})";

json::value opening(const business::BusinessTime& calendar, Instant at) {
    try {
        return json::value(rfc3339(calendar.next_opening(at)));
    } catch (const business::NoOpenHours&) {
        return nullptr;
    }
}

std::optional<Instant> moment_asked(const Request& request, std::string_view name) {
    const auto given = request.argument(name);
    if (!given) return {};
    const auto moment = core::time::parse_rfc3339(*given);
    if (!moment)
        throw core::schema::wrong(core::Code::validation, std::string(name),
                                  "expected a moment like 2030-03-01T20:00:00Z");
    return moment;
}

Response business_time(const kit::Services& services, const Request& request, const kit::Caller& caller,
                       json::object&) {
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kCalendars, caller, request.parameter("id"));
    const auto calendar = business::find(tx, caller.organization, request.parameter("id"));
    const auto from = moment_asked(request, "from").value_or(std::chrono::system_clock::now());
    auto to = moment_asked(request, "to");
    if (const auto add = request.argument("add")) {
        const auto seconds = core::schema::duration_seconds(*add);
        if (to || seconds < 0 || seconds > 315360000)
            throw core::schema::wrong(core::Code::validation, "add", "expected a duration like 4h, and no to");
        to = calendar.add(from, std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
    }
    const auto between =
        to ? json::value(std::chrono::duration<double>(calendar.elapsed(from, *to)).count()) : json::value(nullptr);
    return core::http::json_response(200, {{"from", rfc3339(from)},
                                           {"is_open", calendar.is_open(from)},
                                           {"next_opening", opening(calendar, from)},
                                           {"to", to ? json::value(rfc3339(*to)) : json::value(nullptr)},
                                           {"seconds", between}});
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    auto routes = kit::routes_of(kCalendars, services);
    for (auto& route : kit::routes_of(kHolidays, services)) routes.push_back(std::move(route));
    routes.push_back({.method = "GET",
                      .path = "/api/v1/calendars/{id}/business-time",
                      .permission = "organization.view",
                      .doc = "Adds business time to a moment, or counts it between two.",
                      .handle = kit::bound(services, business_time),
                      .answer = {.shape = {"BusinessTime", kSumShown, kSumExample}},
                      .query = kSum});
    return routes;
}

}  // namespace nightshift::api::calendars
