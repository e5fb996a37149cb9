#include "domain/reports/parameters.h"

#include <algorithm>
#include <optional>

#include "core/error/error.h"
#include "core/time/time.h"
#include "core/time/wall_clock.h"
#include "domain/reports/sql.h"

namespace nightshift::domain::reports {
namespace {

using core::time::Zone;
using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using std::chrono::years;
namespace json = core::json;

bool takes(const ReportType& type, std::string_view name) {
    return std::ranges::any_of(type.parameters, [name](const auto& field) { return field.name == name; });
}

std::string written(sys_days day) {
    return core::time::rfc3339(day).substr(0, 10);
}

sys_days day_of(const std::string& text) {
    return std::chrono::floor<days>(*core::time::parse_rfc3339(text + "T00:00:00Z"));
}

struct Days {
    sys_days first, last;
};

/// The days of "last_month" and its like, as seen from today.
Days days_of(std::string_view period, sys_days today) {
    const year_month_day date(today);
    const sys_days month(date.year() / date.month() / 1), year(date.year() / 1 / 1);
    const sys_days quarter(date.year() / std::chrono::month((static_cast<unsigned>(date.month()) - 1) / 3 * 3 + 1) / 1);
    const auto week = today - (std::chrono::weekday(today) - std::chrono::Monday);
    const auto back = [](sys_days from, months by) { return sys_days(year_month_day(from) - by); };
    if (period == "today") return {today, today};
    if (period == "yesterday") return {today - days(1), today - days(1)};
    if (period == "this_week") return {week, week + days(6)};
    if (period == "last_week") return {week - days(7), week - days(1)};
    if (period == "this_month") return {month, back(month, months(-1)) - days(1)};
    if (period == "last_month") return {back(month, months(1)), month - days(1)};
    if (period == "this_quarter") return {quarter, back(quarter, months(-3)) - days(1)};
    if (period == "last_quarter") return {back(quarter, months(3)), quarter - days(1)};
    if (period == "this_year") return {year, back(year, months(-12)) - days(1)};
    if (period == "last_year") return {back(year, months(12)), year - days(1)};
    const int count = std::atoi(std::string(period.substr(5)).c_str());  // last_<n>_days: today is the last of them
    return {today - days(count - 1), today};
}

class Refused {
public:
    Refused(core::Code code, std::string_view at) : code_(code), at_(at) {}
    void add(const std::string& field, const std::string& message) {
        fields_[at_ + field] = message;
        message_ += (message_.empty() ? "" : "; ") + at_ + field + ": " + message;
    }
    void settle() const {
        if (!fields_.empty()) throw core::Error(code_, message_, json::text(json::object{{"fields", fields_}}));
    }

private:
    core::Code code_;
    std::string at_;
    json::object fields_;
    std::string message_;
};

void check_form(const ReportType& type, json::object& parameters, std::string_view at) {
    Refused refused(core::Code::validation, at);
    for (const auto& [path, message] : core::schema::validate(type.parameters, parameters)) refused.add(path, message);
    const auto start = json::text_in(parameters, "start_date"), end = json::text_in(parameters, "end_date");
    if (parameters.contains("period") && (!start.empty() || !end.empty()))
        refused.add("period", "expected a period or days, not both");
    else if (!start.empty() && !end.empty() && end < start)
        refused.add("end_date", "expected no day before start_date, " + start + ", got \"" + end + '"');
    if (const auto zone = json::text_in(parameters, "time_zone"); !zone.empty() && !Zone::find(zone))
        refused.add("time_zone", Zone::problem(zone));
    refused.settle();
}

/// What a parameter names is there.
void check_rows(core::pg::Transaction& tx, const ReportType& type, const json::object& parameters,
                const std::string& organization, std::string_view at) {
    const auto names = tx.run(sql::report_names, organization, json::text(parameters));
    Refused refused(core::Code::rule, at);
    for (const auto& field : type.parameters) {
        if (field.type != core::schema::Type::uuid || !parameters.contains(field.name)) continue;
        bool is_there = false;
        for (std::size_t i = 0; i < names.size(); ++i) is_there = is_there || names.text(i, 0) == field.name;
        if (!is_there) refused.add(std::string(field.name), "there is none with this id");
    }
    refused.settle();
}

/// Unix seconds of a day's first moment in a zone.
std::string beginning(sys_days day, const Zone& zone) {
    const auto wall = std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch()).count();
    return core::time::rfc3339(std::chrono::system_clock::time_point(std::chrono::seconds(zone.local(wall).first)));
}

Zone zone_in(const json::object& parameters) {
    return core::time::zone_or_utc(json::text_in(parameters, "time_zone"));
}

}  // namespace

void settle(core::pg::Transaction& tx, const ReportType& type, json::object& parameters,
            const std::string& organization, const std::string& user, std::chrono::system_clock::time_point now,
            std::string_view at) {
    check_form(type, parameters, at);
    check_rows(tx, type, parameters, organization, at);
    if (!takes(type, "time_zone")) return;
    if (!parameters.contains("time_zone")) {
        const auto own = tx.run(sql::report_zone, organization, user);
        const bool is_known = !own.empty() && Zone::find(own.text(0, 0));
        parameters["time_zone"] = is_known ? std::string(own.text(0, 0)) : "UTC";
    }
    const auto period = json::text_in(parameters, "period");
    if (period.empty()) return;
    const auto unix_now = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto local = std::chrono::seconds(unix_now + zone_in(parameters).at(unix_now).offset);
    const auto [first, last] = days_of(period, sys_days(std::chrono::floor<days>(local)));
    parameters["start_date"] = written(first);
    parameters["end_date"] = written(last);
}

json::object merged(json::object kept, const json::object& given) {
    constexpr std::string_view kDays[] = {"period", "start_date", "end_date"};
    if (std::ranges::any_of(kDays, [&](std::string_view name) { return given.contains(name); }))
        for (const auto name : kDays) kept.erase(name);
    for (const auto& [name, value] : given) kept[name] = value;
    return kept;
}

json::object for_statements(const json::object& settled, std::chrono::system_clock::time_point as_of) {
    auto all = settled;
    const auto zone = zone_in(settled);
    all["time_zone"] = zone.name();
    all["as_of"] = core::time::rfc3339(as_of);
    if (const auto start = json::text_in(settled, "start_date"); !start.empty())
        all["from"] = beginning(day_of(start), zone);
    if (const auto end = json::text_in(settled, "end_date"); !end.empty())
        all["to"] = beginning(day_of(end) + days(1), zone);
    return all;
}

std::vector<std::string> told(core::pg::Transaction& tx, const json::object& settled, const std::string& organization) {
    std::vector<std::string> said;
    const auto start = json::text_in(settled, "start_date"), end = json::text_in(settled, "end_date");
    if (!start.empty() && !end.empty())
        said.push_back(start == end ? start : start + " to " + end);
    else if (!start.empty())
        said.push_back("from " + start);
    else if (!end.empty())
        said.push_back("until " + end);
    const auto names = tx.run(sql::report_names, organization, json::text(settled));
    for (std::size_t i = 0; i < names.size(); ++i)
        said.push_back(std::string(names.text(i, 1)) + ": " + std::string(names.text(i, 2)));
    for (const auto& [name, value] : settled)
        if (name == "class" || name == "subject" || name == "action")
            said.push_back(std::string(name) + ": " + std::string(value.as_string()));
    return said;
}

}  // namespace nightshift::domain::reports
