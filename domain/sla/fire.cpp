// Thresholds that were reached: fired once each, told to whom the policy says, and acted on.
#include <map>

#include "core/error/fail_point.h"
#include "core/pg/by_index.h"
#include "core/text/list.h"
#include "core/time/time.h"
#include "domain/audit/sql.h"
#include "domain/notifications/many.h"
#include "domain/sla/clocks.h"
#include "domain/sla/sql.h"
#include "domain/webhooks/sql.h"

namespace nightshift::domain::sla {
namespace {

namespace json = core::json;

struct DueClock {
    std::string id, job, key, title, metric;
    const Policy* policy;
    Terms terms;
    Measured clock;
    std::map<std::string, std::string, std::less<>> people;  ///< by role
    std::set<int> fired;
    double share = 0;
    int muted = 0;
};

std::set<int> numbers_in(std::string_view list) {
    std::set<int> numbers;
    core::text::each_part(list, [&](std::string_view one) { numbers.insert(std::stoi(std::string(one))); });
    return numbers;
}

DueClock due_clock_from(const core::pg::Result& rows, std::size_t i, const Promises& promises, Instant now) {
    DueClock due{.id = std::string(rows.text(i, 0)),
                 .job = std::string(rows.text(i, 1)),
                 .key = std::string(rows.text(i, 2)),
                 .title = std::string(rows.text(i, 3)),
                 .metric = rows.text(i, 4) == "first_response" ? "first response" : "resolution",
                 .policy = promises.find(rows.text(i, 5)),
                 .terms = {std::chrono::seconds(rows.number(i, 7)), &promises.calendar(rows.text(i, 6))},
                 .people = {{"assignee", std::string(rows.text(i, 12))},
                            {"team_lead", std::string(rows.text(i, 13))},
                            {"manager", std::string(rows.text(i, 14))}},
                 .fired = numbers_in(rows.text(i, 15))};
    due.muted = static_cast<int>(rows.number(i, 16));
    due.clock.used = Span(rows.number(i, 8));
    if (!rows.is_null(i, 9)) due.clock.running_from = rows.time(i, 9);
    if (!rows.is_null(i, 10)) due.clock.due = rows.time(i, 10);
    due.share = share_of(used_by(due.clock, *due.terms.calendar, now), due.terms.budget);
    return due;
}

/// What one sweep has to say and to do.
class Telling {
public:
    void fire(const DueClock& due, const std::vector<int>& percents) {
        const int highest = percents.back();
        if (const auto* step = due.policy->step_at(highest)) tell(due, *step, highest);
        for (const int percent : percents) {
            const auto* step = due.policy->step_at(percent);
            if (step != nullptr && step->at == percent) act(due, *step);
        }
    }
    void write(core::pg::Transaction& tx, const std::string& organization, Instant now) {
        if (!calls_.empty()) tx.run(webhooks::sql::escalate, organization, json::text(calls_), now);
        warnings_.tell(tx, organization, "sla_warning");
        breaches_.tell(tx, organization, "sla_breached");
        if (raised_.empty() && reassigned_.empty()) return;
        tx.run(audit::sql::reason, "Service level");
        if (!raised_.empty()) tx.run(sql::raise_priority, raised_);
        if (!reassigned_.empty()) reassign(tx, organization);
    }

private:
    void tell(const DueClock& due, const Step& step, int percent) {
        std::string people;
        for (const auto& role : step.notify)
            if (const auto found = due.people.find(role); found != due.people.end() && !found->second.empty())
                people += (people.empty() ? "" : ",") + found->second;
        const auto about = due.metric + " of " + due.key + " " + due.title;
        const auto when = due.clock.due ? "due at " + core::time::rfc3339(*due.clock.due) + "." : std::string{};
        if (percent < 100)
            warnings_.add(people, std::to_string(percent) + " % of the time is used: " + about, "It is " + when,
                          due.job);
        else
            breaches_.add(people, (percent == 100 ? "Late: " : std::to_string(percent) + " %, late: ") + about,
                          "It was " + when, due.job);
        if (!step.webhook.empty()) call(due, step, percent);
    }
    void call(const DueClock& due, const Step& step, int percent) {
        calls_.push_back(json::object{
            {"webhook_id", step.webhook},
            {"type", "sla_escalated"},
            {"data",
             json::object{{"job_id", due.job},
                          {"key", due.key},
                          {"title", due.title},
                          {"metric", due.metric == "resolution" ? "resolution" : "first_response"},
                          {"percent", percent},
                          {"due_at", due.clock.due ? json::value(core::time::rfc3339(*due.clock.due)) : nullptr},
                          {"policy_id", due.policy->id},
                          {"policy", due.policy->name}}}});
    }
    void act(const DueClock& due, const Step& step) {
        if (step.raise_priority) raised_.push_back(due.job);
        const auto role = due.people.find(step.reassign_to);
        const auto& to = role == due.people.end() ? step.reassign_to : role->second;
        if (to.empty()) return;
        reassigned_.push_back(due.job);
        to_.push_back(to);
        titles_[due.job] = due.key + " " + due.title;
    }
    void reassign(core::pg::Transaction& tx, const std::string& organization) {
        const auto rows = tx.run(sql::reassign, reassigned_, to_);
        notifications::Many assigned;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string job(rows.text(i, 0));
            assigned.add(rows.text(i, 1), "You work on: " + titles_[job], "", job);
        }
        assigned.tell(tx, organization, "job_assigned");
    }

    notifications::Many warnings_, breaches_;
    json::array calls_;
    std::vector<std::string> raised_, reassigned_, to_;
    std::map<std::string, std::string> titles_;
};

/// When each is to be looked at again; written whether or not something fired, so that nothing is looked at for ever.
void move_on(core::pg::Transaction& tx, const std::vector<DueClock>& all) {
    std::vector<std::string> ids, next;
    std::vector<std::int64_t> late;
    for (const auto& due : all) {
        const auto percent = due.policy == nullptr ? std::nullopt : due.policy->thresholds.next(due.share);
        const auto at = percent ? reaches(due.clock, due.terms, *percent) : std::nullopt;
        ids.push_back(due.id);
        next.push_back(at ? core::time::rfc3339(*at) : "");
        late.push_back(due.share >= 100 ? 1 : 0);
    }
    core::pg::by_index(tx, sql::clocks_move_on, ids, next, late);
}

}  // namespace

Fired fire_due(core::pg::Transaction& tx, const std::string& organization, Instant now, std::size_t most) {
    const auto rows = core::pg::by_index(tx, sql::due_take, organization, now, most);
    Fired fired{.taken = rows.size()};
    if (rows.empty()) return fired;
    const Promises promises(tx, organization);
    std::vector<DueClock> all;
    std::map<std::string, const DueClock*, std::less<>> by_id;
    std::vector<std::string> clocks;
    std::vector<std::int64_t> percents;
    all.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& due = all.emplace_back(due_clock_from(rows, i, promises, now));
        by_id[due.id] = &due;
        if (due.policy == nullptr) continue;  // given up: its jobs are touched already
        for (const int percent : due.policy->thresholds.reached(due.share))
            if (percent > due.muted && !due.fired.contains(percent)) {
                clocks.push_back(due.id);
                percents.push_back(percent);
            }
    }
    const auto won = core::pg::by_index(tx, sql::thresholds_fire, organization, clocks, percents, now);
    core::fail_point("sla.fired");
    std::map<std::string, std::vector<int>, std::less<>> by_clock;
    for (std::size_t i = 0; i < won.size(); ++i) {
        const auto percent = static_cast<int>(won.number(i, 1));
        by_clock[std::string(won.text(i, 0))].push_back(percent);
        ++(percent < 100 ? fired.warnings : fired.breaches);
    }
    Telling telling;
    for (const auto& [id, mine] : by_clock) telling.fire(*by_id.at(id), mine);
    move_on(tx, all);
    telling.write(tx, organization, now);
    core::fail_point("sla.told");
    return fired;
}

}  // namespace nightshift::domain::sla
