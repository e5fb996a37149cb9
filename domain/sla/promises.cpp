#include "domain/sla/promises.h"

#include <algorithm>

#include "core/pg/by_index.h"
#include "domain/sla/sql.h"

namespace nightshift::domain::sla {
namespace {

namespace json = core::json;

std::optional<Instant> micros(const json::value& any) {
    if (!any.is_int64()) return {};
    return Instant(Span(any.as_int64()));
}

std::optional<Instant> moment_at(const core::pg::Result& rows, std::size_t row, std::size_t column) {
    if (rows.is_null(row, column)) return {};
    return rows.time(row, column);
}

std::optional<Span> minutes_at(const core::pg::Result& rows, std::size_t row, std::size_t column) {
    if (rows.is_null(row, column)) return {};
    return std::chrono::minutes(rows.number(row, column));
}

Step step_from(const json::object& one) {
    Step step{.at = static_cast<int>(one.at("at").as_int64()),
              .reassign_to = json::text_in(one, "reassign_to"),
              .webhook = json::text_in(one, "webhook")};
    if (const auto* notify = one.if_contains("notify"))
        for (const auto& role : notify->as_array()) step.notify.emplace_back(role.as_string());
    if (const auto* raise = one.if_contains("raise_priority")) step.raise_priority = raise->as_bool();
    return step;
}

/// Where a policy says nothing: who works on it is warned, and who leads hears of what is late.
std::vector<Step> usual_steps() {
    return {{.at = 0, .notify = {"assignee"}}, {.at = 100, .notify = {"assignee", "team_lead", "manager"}}};
}

Policy policy_from(const core::pg::Result& rows, std::size_t i) {
    Policy policy{.id = std::string(rows.text(i, 0)),
                  .name = std::string(rows.text(i, 1)),
                  .job_type = std::string(rows.text(i, 2)),
                  .job_priority = std::string(rows.text(i, 3)),
                  .department = std::string(rows.text(i, 4)),
                  .calendar = std::string(rows.text(i, 5)),
                  .first_response = minutes_at(rows, i, 6),
                  .resolution = minutes_at(rows, i, 7),
                  .reopening = rows.text(i, 11) == "restart" ? Reopening::starts_anew : Reopening::goes_on};
    std::set<int> warn_at{100};  // that it is late is always noticed
    const auto given = json::parse(rows.text(i, 8));
    for (const auto& one : given.as_array()) warn_at.insert(static_cast<int>(one.as_int64()));
    policy.thresholds = {{warn_at.begin(), warn_at.end()}, static_cast<int>(rows.number(i, 9))};
    if (!rows.is_null(i, 10)) {
        policy.pauses_in.emplace();
        const auto statuses = json::parse(rows.text(i, 10));
        for (const auto& one : statuses.as_array()) policy.pauses_in->emplace(one.as_string());
    }
    const auto steps = json::parse(rows.text(i, 12));
    for (const auto& one : steps.as_array()) policy.steps.push_back(step_from(one.as_object()));
    if (policy.steps.empty()) policy.steps = usual_steps();
    std::ranges::sort(policy.steps, {}, &Step::at);
    policy.active_since = moment_at(rows, i, 13);
    return policy;
}

void add_moves(Subject& job, std::string_view text) {
    const auto moves = json::parse(text);
    const auto name = [](const json::value& any) {
        return any.is_string() ? std::string(any.as_string()) : std::string{};
    };
    for (const auto& one : moves.as_array()) {
        const auto& move = one.as_array();
        job.moves.push_back({*micros(move.at(0)), name(move.at(1)), name(move.at(2))});
    }
}

void add_stored(Subject& job, std::string_view text) {
    const auto clocks = json::parse(text);
    for (const auto& one : clocks.as_array()) {
        const auto& clock = one.as_object();
        job.stored.push_back({json::text_in(clock, "id"),
                              json::text_in(clock, "metric"),
                              static_cast<int>(clock.at("cycle").as_int64()),
                              static_cast<int>(clock.at("muted").as_int64()),
                              micros(clock.at("stopped")),
                              {}});
        for (const auto& percent : clock.at("fired").as_array())
            job.stored.back().fired.insert(static_cast<int>(percent.as_int64()));
    }
}

}  // namespace

std::string_view name_of(Metric metric) {
    return metric == Metric::first_response ? "first_response" : "resolution";
}

const Step* Policy::step_at(int percent) const {
    const Step* found = nullptr;
    for (const auto& step : steps)
        if (step.at <= percent) found = &step;
    return found;
}

std::vector<Subject> subjects(core::pg::Transaction& tx, const std::string& organization,
                              const std::vector<std::string>& jobs) {
    const auto rows = core::pg::by_index(tx, sql::facts, organization, jobs);
    std::vector<Subject> all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        all.push_back({.id = std::string(rows.text(i, 0)),
                       .key = std::string(rows.text(i, 11)),
                       .job_type = std::string(rows.text(i, 1)),
                       .job_priority = std::string(rows.text(i, 2)),
                       .department = std::string(rows.text(i, 3)),
                       .status = std::string(rows.text(i, 5)),
                       .created = rows.time(i, 4),
                       .completed = moment_at(rows, i, 6),
                       .deleted = moment_at(rows, i, 7),
                       .responded = moment_at(rows, i, 8),
                       .scheduled_end = moment_at(rows, i, 12),
                       .due = moment_at(rows, i, 13)});
        add_moves(all.back(), rows.text(i, 9));
        add_stored(all.back(), rows.text(i, 10));
    }
    return all;
}

Promises::Promises(core::pg::Transaction& tx, const std::string& organization, const std::string& only)
    : tx_(tx), organization_(organization) {
    const auto rows =
        tx.run(sql::policies, organization, only.empty() ? core::pg::Value(nullptr) : core::pg::Value(only));
    for (std::size_t i = 0; i < rows.size(); ++i) policies_.push_back(policy_from(rows, i));
    if (policies_.empty()) return;
    const auto statuses = tx.run(sql::statuses, organization);
    for (std::size_t i = 0; i < statuses.size(); ++i)
        statuses_.emplace(statuses.text(i, 0), Status{std::string(statuses.text(i, 1)), statuses.flag(i, 2)});
}

const Policy* Promises::about(const Subject& job) const {
    const auto fits = [](const std::string& wanted, const std::string& has) { return wanted.empty() || wanted == has; };
    const auto found = std::ranges::find_if(policies_, [&](const Policy& policy) {
        return fits(policy.job_type, job.job_type) && fits(policy.job_priority, job.job_priority) &&
               fits(policy.department, job.department);
    });
    return found == policies_.end() ? nullptr : &*found;
}

const Policy* Promises::find(std::string_view id) const {
    const auto found = std::ranges::find(policies_, id, &Policy::id);
    return found == policies_.end() ? nullptr : &*found;
}

/// A calendar that was deleted is never open: nothing becomes due by it, and nobody is blamed.
const BusinessTime& Promises::calendar(std::string_view id) const {
    static const BusinessTime kAlways;
    static const BusinessTime kNever(*core::time::Zone::find("UTC"), {});
    if (id.empty()) return kAlways;
    auto found = calendars_.find(id);
    if (found == calendars_.end())
        found = calendars_.emplace(id, calendars::known(tx_, organization_, std::string(id))).first;
    return found->second ? *found->second : kNever;
}

Effect Promises::effect(const std::string& status, const Policy& policy) const {
    const auto found = statuses_.find(status);
    if (found == statuses_.end()) return Effect::runs;
    if (found->second.category == "done") return Effect::done;
    if (found->second.category == "cancelled") return Effect::cancelled;
    const bool pauses = policy.pauses_in ? policy.pauses_in->contains(status) : found->second.pauses;
    return pauses ? Effect::pauses : Effect::runs;
}

Facts Promises::facts(const Subject& job, const Policy& policy) const {
    Facts facts{.phases = {}, .responded = job.responded};
    const auto& first = job.moves.empty() ? job.status : job.moves.front().from;
    const auto begins = first.empty() ? effect(job.moves.front().to, policy) : effect(first, policy);
    // A job that came with its end but without its history ran until then.
    const bool is_imported = begins == Effect::done && job.completed && *job.completed > job.created &&
                             std::ranges::all_of(job.moves, [](const auto& move) { return move.from.empty(); });
    facts.phases.push_back({job.created, is_imported ? Effect::runs : begins});
    for (const auto& move : job.moves)
        if (!move.from.empty())
            facts.phases.push_back({std::max(move.at, facts.phases.back().since), effect(move.to, policy)});
    if (is_imported) facts.phases.push_back({*job.completed, Effect::done});
    auto& last = facts.phases.back();
    const auto before = facts.phases.size() > 1 ? facts.phases[facts.phases.size() - 2].since : job.created;
    if (last.effect == Effect::done && job.completed && *job.completed >= before) last.since = *job.completed;
    if (job.deleted && last.effect != Effect::done && last.effect != Effect::cancelled)
        facts.phases.push_back({std::max(*job.deleted, last.since), Effect::cancelled});
    return facts;
}

}  // namespace nightshift::domain::sla
