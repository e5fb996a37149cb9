#include <set>
#include <utility>

#include "core/error/fail_point.h"
#include "core/pg/by_index.h"
#include "domain/notifications/sql.h"
#include "domain/reminders/reminders.h"
#include "domain/reminders/sql.h"

namespace nightshift::domain::reminders {
namespace {

using core::pg::Result;
using core::pg::Transaction;
using core::time::Instant;
namespace json = core::json;

constexpr int kBatch = 5000;
/// More than this of one rule for one person at once are told as a list.
constexpr std::size_t kSeparately = 3, kListed = 10, kLinked = 100;

Reminder reminder_of(const Result& rows, std::size_t i) {
    const auto text = [&](std::size_t column) { return std::string(rows.text(i, column)); };
    Reminder one{.rule_id = text(0),
                 .subject_id = text(1),
                 .user_id = text(2),
                 .occurrence = text(3),
                 .rule = text(4),
                 .trigger = text(5),
                 .roles = text(6),
                 .job_id = text(7),
                 .key = text(8),
                 .title = text(9),
                 .zone = text(11),
                 .status = text(13),
                 .since = rows.time(i, 14),
                 .worker_id = text(15),
                 .worker_name = text(16)};
    if (!rows.is_null(i, 10)) one.job_due = rows.time(i, 10);
    return one;
}

std::string why(const Reminder& reminder) {
    return "You get this as " + reminder.roles + ", by the rule \"" + reminder.rule + "\".";
}

json::object shown_job(const Reminder& reminder) {
    json::object job{{"id", reminder.job_id}, {"key", reminder.key}, {"title", reminder.title}};
    if (reminder.job_due) job["due_date"] = core::time::rfc3339(*reminder.job_due);
    return job;
}

/// What was decided about a batch: notifications to write, and the ledger's rows that they settle.
class Letters {
public:
    explicit Letters(Instant now) : now_(now) {}
    void settle(const Reminder& reminder, std::string_view state, const std::string& notification,
                std::string_view reason = {}) {
        settled_.push_back(json::object{{"rule_id", reminder.rule_id},
                                        {"subject_id", reminder.subject_id},
                                        {"user_id", reminder.user_id},
                                        {"occurrence", reminder.occurrence},
                                        {"state", state},
                                        {"notification_id", notification},
                                        {"reason", reason}});
    }
    void tell(const std::vector<Reminder>& together) {
        if (together.size() > kSeparately) return tell_as_list(together);
        for (const auto& one : together) {
            const auto id = core::time::uuid7(now_);
            auto letter = letter_of(id, one, title_of(one, now_), why(one));
            letter["job_id"] = one.job_id;
            written_.push_back(std::move(letter));
            settle(one, "sent", id);
        }
    }
    const json::array& written() const { return written_; }
    const json::array& settled() const { return settled_; }

private:
    static json::object letter_of(const std::string& id, const Reminder& one, const std::string& title,
                                  const std::string& body) {
        return {{"id", id},
                {"user_id", one.user_id},
                {"type", "reminder_" + one.trigger},
                {"title", title},
                {"body", body},
                {"data", json::object{{"rule_id", one.rule_id}, {"rule", one.rule}, {"roles", one.roles}}}};
    }
    void tell_as_list(const std::vector<Reminder>& together) {
        const auto& first = together.front();
        const auto id = core::time::uuid7(now_);
        std::string body;
        json::array jobs;
        for (const auto& one : together) {
            if (jobs.size() < kListed) body += title_of(one, now_) + "\n";
            if (jobs.size() < kLinked) jobs.push_back(shown_job(one));
            settle(one, "sent", id);
        }
        if (together.size() > kListed) body += "and " + std::to_string(together.size() - kListed) + " more\n";
        auto letter =
            letter_of(id, first, first.rule + ": " + std::to_string(together.size()) + " jobs", body + why(first));
        letter["data"].as_object()["jobs"] = std::move(jobs);
        letter["data"].as_object()["count"] = together.size();
        written_.push_back(std::move(letter));
    }

    Instant now_;
    json::array written_, settled_;
};

/// Of one batch, which is ordered by person and rule. A job that two rules speak of at the same moment is told once.
void write_letters(const Result& rows, Letters& letters, Swept& swept) {
    std::vector<Reminder> together;
    std::set<std::pair<std::string, std::string>> told;  // person and job
    const auto tell = [&] {
        if (!together.empty()) letters.tell(together);
        swept.told += together.size();
        together.clear();
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto one = reminder_of(rows, i);
        const auto how = rows.text(i, 12);
        if (!together.empty() && (together.back().user_id != one.user_id || together.back().rule_id != one.rule_id))
            tell();
        if (how == "off") {
            letters.settle(one, "withdrawn", "", "they do not want these reminders");
            ++swept.withdrawn;
        } else if (how == "digest") {
            letters.settle(one, "digest", "");
            ++swept.for_digest;
        } else if (!told.emplace(one.user_id, one.subject_id).second) {
            letters.settle(one, "withdrawn", "", "another rule told it at the same time");
            ++swept.withdrawn;
        } else {
            together.push_back(std::move(one));
        }
    }
    tell();
}

void tell_due(Transaction& tx, const std::string& organization, Instant now, Swept& swept) {
    for (;;) {
        const auto rows = tx.run(sql::due, organization, now, kBatch);
        if (rows.empty()) return;
        Letters letters(now);
        write_letters(rows, letters, swept);
        if (!letters.written().empty())
            swept.notifications +=
                tx.run(notifications::sql::tell_each, organization, json::text(letters.written())).affected();
        core::fail_point("reminder.told");
        tx.run(sql::settle, json::text(letters.settled()), now);
        if (rows.size() < static_cast<std::size_t>(kBatch)) return;
    }
}

void end_snoozes(Transaction& tx, const std::string& organization, Instant now, Swept& swept) {
    const auto rows = tx.run(sql::snooze_ends, organization, now);
    json::array written;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto text = [&](std::size_t column) { return std::string(rows.text(i, column)); };
        const auto due = rows.is_null(i, 4) ? "" : "It is due " + when_in(rows.time(i, 4), now, text(5)) + ". ";
        written.push_back(json::object{{"id", core::time::uuid7(now)},
                                       {"user_id", text(0)},
                                       {"type", "reminder_snoozed"},
                                       {"title", "You put this off until now: " + text(2) + " " + text(3)},
                                       {"body", due + "You get this because you wanted to be reminded."},
                                       {"job_id", text(1)},
                                       {"data", json::object{}}});
    }
    swept.snoozes_over = rows.size();
    if (!written.empty())
        swept.notifications += tx.run(notifications::sql::tell_each, organization, json::text(written)).affected();
}

}  // namespace

Swept sweep(Transaction& tx, const std::string& organization, Instant now) {
    Swept swept;
    const auto after = tx.run(sql::cursor_lock, organization, now).time(0, 0);
    swept.found = core::pg::by_index(tx, sql::find, organization, now, after).affected();
    core::fail_point("reminder.found");
    end_snoozes(tx, organization, now, swept);
    tx.run(sql::put_off, organization, now);
    swept.withdrawn = tx.run(sql::withdraw, organization, now).affected();
    tell_due(tx, organization, now, swept);
    tx.run(sql::cursor_set, organization, now);
    return swept;
}

}  // namespace nightshift::domain::reminders
