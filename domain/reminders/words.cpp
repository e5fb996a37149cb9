#include "core/time/wall_clock.h"
#include "domain/reminders/reminders.h"

namespace nightshift::domain::reminders {
namespace {

using core::time::Instant;
using core::time::wall_clock;

std::string hours_between(Instant since, Instant now) {
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(now - since).count();
    constexpr int kManyHours = 72, kDay = 24;
    return hours < kManyHours ? std::to_string(hours) + " h" : std::to_string(hours / kDay) + " days";
}

}  // namespace

std::string when_in(Instant moment, Instant now, const std::string& zone) {
    constexpr std::size_t kDate = 10;
    const auto shown = wall_clock(moment, zone);
    const auto day = shown.substr(0, kDate), at = " at " + shown.substr(kDate + 1);
    if (day == wall_clock(now, zone).substr(0, kDate)) return "today" + at;
    if (day == wall_clock(now + std::chrono::hours(24), zone).substr(0, kDate)) return "tomorrow" + at;
    return "on " + day + at;
}

std::string title_of(const Reminder& reminder, Instant now) {
    const auto what = ": " + reminder.key + " " + reminder.title;
    const auto due = [&] { return reminder.job_due ? when_in(*reminder.job_due, now, reminder.zone) : "at no time"; };
    if (reminder.trigger == "before_due" || reminder.trigger == "due_day") return "Due " + due() + what;
    if (reminder.trigger == "overdue") return "Overdue, was due " + due() + what;
    if (reminder.trigger == "unassigned") return "Nobody works on it for " + hours_between(reminder.since, now) + what;
    if (reminder.trigger == "in_status") return reminder.status + " for " + hours_between(reminder.since, now) + what;
    const auto whose = reminder.worker_id == reminder.user_id ? "Your timer" : "The timer of " + reminder.worker_name;
    return whose + " runs for " + hours_between(reminder.since, now) + what;
}

}  // namespace nightshift::domain::reminders
