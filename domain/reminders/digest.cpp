#include <map>

#include "domain/notifications/sql.h"
#include "domain/reminders/reminders.h"
#include "domain/reminders/sql.h"

namespace nightshift::domain::reminders {
namespace {

using core::pg::Transaction;
using core::time::Instant;
namespace json = core::json;

/// One person's digest as it grows.
struct Day {
    std::string user, day, zone;
    json::array overdue = {}, due = {}, reminders = {};
    std::string lines = {};
    std::size_t listed = 0;

    void add(std::string_view what, json::object job, const std::string& line) {
        constexpr std::size_t kLines = 20;
        auto& list = what == "overdue" ? overdue : what == "due" ? due : reminders;
        list.push_back(std::move(job));
        if (++listed <= kLines) lines += line + "\n";
        if (listed == kLines + 1) lines += "and more\n";
    }
    bool is_empty() const { return listed == 0; }
    std::string title() const {
        std::string parts;
        const auto part = [&parts](const json::array& list, const char* what) {
            if (!list.empty()) parts += (parts.empty() ? "" : ", ") + std::to_string(list.size()) + " " + what;
        };
        part(due, "due");
        part(overdue, "overdue");
        part(reminders, "waiting");
        return "Your day: " + parts;
    }
};

std::vector<Day> begin_digests(Transaction& tx, const std::string& organization, Instant now,
                               std::vector<std::string>& ends) {
    std::vector<Day> days;
    const auto rows = tx.run(sql::digest_begin, organization, now);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        days.push_back({.user = std::string(rows.text(i, 0)),
                        .day = std::string(rows.text(i, 1)),
                        .zone = std::string(rows.text(i, 2))});
        ends.emplace_back(rows.text(i, 3));
    }
    return days;
}

void fill(Transaction& tx, const std::string& organization, Instant now, const std::vector<std::string>& ends,
          std::vector<Day>& days) {
    std::vector<std::string> users;
    std::map<std::string, Day*, std::less<>> of;
    for (auto& day : days) {
        users.push_back(day.user);
        of[day.user] = &day;
    }
    const auto rows = tx.run(sql::digest_items, organization, users, ends, now);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto text = [&](std::size_t column) { return std::string(rows.text(i, column)); };
        auto& day = *of.at(text(0));
        json::object job{{"id", text(2)}, {"key", text(3)}, {"title", text(4)}};
        auto line = ": " + text(3) + " " + text(4);
        if (rows.is_null(i, 5)) {
            line = text(6) + line;
        } else {
            job["due_date"] = core::time::rfc3339(rows.time(i, 5));
            const auto when = when_in(rows.time(i, 5), now, day.zone);
            line = (text(1) == "overdue" ? "Overdue, was due " + when
                    : text(1) == "due"   ? "Due " + when
                                         : text(6)) +
                   line;
        }
        day.add(text(1), std::move(job), line);
    }
}

}  // namespace

Digested digest(Transaction& tx, const std::string& organization, Instant now) {
    std::vector<std::string> ends;
    auto days = begin_digests(tx, organization, now, ends);
    if (days.empty()) return {};
    fill(tx, organization, now, ends, days);
    json::array written;
    std::vector<std::string> users, dates, ids;
    for (auto& day : days) {
        users.push_back(day.user);
        dates.push_back(day.day);
        ids.push_back(day.is_empty() ? "" : core::time::uuid7(now));
        if (day.is_empty()) continue;
        written.push_back(json::object{
            {"id", ids.back()},
            {"user_id", day.user},
            {"type", "digest"},
            {"title", day.title()},
            {"body", day.lines + "You get this because you asked for a digest."},
            {"data", json::object{
                         {"day", day.day}, {"overdue", day.overdue}, {"due", day.due}, {"reminders", day.reminders}}}});
    }
    const auto told = tx.run(notifications::sql::tell_each, organization, json::text(written)).affected();
    tx.run(sql::digest_told, organization, users, dates, ids, now);
    return {.looked_at = days.size(), .told = told};
}

}  // namespace nightshift::domain::reminders
