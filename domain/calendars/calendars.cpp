#include "domain/calendars/calendars.h"

#include <algorithm>
#include <array>

#include "core/time/time.h"
#include "domain/calendars/sql.h"

namespace nightshift::domain::calendars {
namespace {

namespace json = core::json;

constexpr std::array<std::string_view, 7> kWeekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                    "friday", "saturday", "sunday"};

/// -1: no time of day.
int minutes_of(std::string_view text) {
    return core::time::minutes_of_day(text).value_or(-1);
}

int weekday_named(std::string_view name) {
    const auto found = std::ranges::find(kWeekdays, name);
    return found == kWeekdays.end() ? -1 : static_cast<int>(found - kWeekdays.begin());
}

Hours hours_from(const json::object& one) {
    return {minutes_of(json::text_in(one, "from")), minutes_of(json::text_in(one, "to"))};
}

std::string hours_problem(const json::value& one, bool of_week) {
    if (!one.is_object()) return "expected objects with from and to";
    const auto& object = one.as_object();
    for (const auto& [name, value] : object)
        if (name != "from" && name != "to" && !(of_week && name == "weekday"))
            return "there is no \"" + std::string(name) + "\" here";
    if (of_week && weekday_named(json::text_in(object, "weekday")) < 0) return "weekday: expected monday to sunday";
    const auto [from, to] = hours_from(object);
    if (from < 0 || from == 1440) return "from: expected a time like 09:00";
    if (to < 0) return "to: expected a time like 17:30, up to 24:00";
    return from == to ? "to: is the same as from; from 00:00 to 24:00 is the whole day" : std::string{};
}

std::string hours_problems(const json::value& all, bool of_week) {
    for (const auto& one : all.as_array())
        if (auto problem = hours_problem(one, of_week); !problem.empty()) return problem;
    return {};
}

BusinessTime calendar_from(const core::pg::Result& rows, std::size_t row) {
    const auto zone = core::time::Zone::find(rows.text(row, 1));
    if (!zone)
        throw core::Error(core::Code::rule,
                          "time_zone: \"" + std::string(rows.text(row, 1)) + "\" is not known on this machine");
    std::vector<Shift> week;
    const auto hours = json::parse(rows.text(row, 2));
    for (const auto& one : hours.as_array()) {
        const auto [from, to] = hours_from(one.as_object());
        week.push_back({weekday_named(json::text_in(one.as_object(), "weekday")), from, to});
    }
    Exceptions exceptions;
    const auto days = json::parse(rows.text(row, 3));
    for (const auto& day : days.as_array()) {
        auto& there = exceptions[day.at("day").as_int64()];
        for (const auto& one : day.at("hours").as_array()) there.push_back(hours_from(one.as_object()));
    }
    return {*zone, week, std::move(exceptions)};
}

}  // namespace

std::optional<BusinessTime> known(core::pg::Transaction& tx, const std::string& organization, const std::string& id) {
    const auto rows = tx.run(sql::calendar_find, organization, id);
    if (rows.empty()) return {};
    return calendar_from(rows, 0);
}

BusinessTime find(core::pg::Transaction& tx, const std::string& organization, const std::string& id) {
    if (auto calendar = known(tx, organization, id)) return *std::move(calendar);
    throw core::Error(core::Code::not_found, "no such calendar: " + id);
}

std::string check_week(const json::value& hours) {
    return hours_problems(hours, true);
}

std::string check_hours(const json::value& hours) {
    return hours_problems(hours, false);
}

}  // namespace nightshift::domain::calendars
