#include "queue/dispatcher.h"

#include <algorithm>

#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "core/time/time.h"
#include "queue/claim.h"
#include "queue/sql.h"

namespace nightshift::queue {
namespace {

using namespace std::chrono_literals;
using core::pg::Result;
using core::pg::Transaction;

constexpr std::size_t kLeastBudget = 16, kMostBudget = 2048, kMostPerHint = 512;
constexpr std::size_t kFewHints = 4;    // more than these waiting: workers have enough to do
constexpr std::size_t kMostLate = 500;  // hinted again at once
constexpr auto kGrowEvery = 30ms;
constexpr auto kStepEvery = 1s, kStepBack = 10s;  // commits later than their row's time are found by stepping back
constexpr auto kWalkEvery = 20s;                  // and whatever is older by a walk over the whole index
constexpr auto kRest = 200ms;

std::vector<Hint::Item> items_of(const Result& rows) {
    std::vector<Hint::Item> items;
    items.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        items.push_back({std::string(rows.text(i, 0)), static_cast<int>(rows.number(i, 1))});
    return items;
}

}  // namespace

Dispatcher::Dispatcher(core::pg::Pool& quick, Settings settings, Transport* broker, Transport& fallback,
                       Metrics* metrics)
    : quick_(quick), settings_(std::move(settings)), broker_(broker), fallback_(fallback), metrics_(metrics) {
    for (const auto& name : settings_.queues) queues_[name];
}

void Dispatcher::notice(const std::vector<std::string>& queues) {
    const std::lock_guard lock(mutex_);
    noticed_.insert(queues.begin(), queues.end());
}

std::set<std::string> Dispatcher::take_noticed() {
    std::set<std::string> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(noticed_);
    }
    if (taken.contains("*")) taken.insert(settings_.queues.begin(), settings_.queues.end());
    return taken;
}

std::chrono::milliseconds Dispatcher::run_once() {
    const auto now = std::chrono::steady_clock::now();
    keep_link();
    refresh(now);
    step_back(now);
    publisher();  // an idle dispatcher too finds its broker again
    auto due = take_noticed();
    if (learnt_.is_due(now)) learn_lanes();
    if (probed_.is_due(now)) probe(now, due);
    bool more = false;
    for (const auto& name : due) {
        const auto found = queues_.find(name);
        if (found == queues_.end() || !serve(name, found->second)) continue;
        more = true;
        notice({name});
    }
    rehint();
    return more ? 1ms : std::chrono::duration_cast<std::chrono::milliseconds>(kRest);
}

/// Adds what other processes submitted to what is due. Lanes are read from their frontiers; where limits hold runs
/// back, these don't move.
void Dispatcher::probe(Steady now, std::set<std::string>& due) {
    std::vector<std::string> limited, names;
    Lanes::Columns lanes;
    for (auto& [name, queue] : queues_) {
        if (queue.paused || due.contains(name)) continue;
        if (queue.limited || queue.keyed) {
            limited.push_back(name);
            continue;
        }
        queue.lanes.add_to(lanes);
        names.resize(lanes.priorities.size(), name);
    }
    std::set<std::string> found;
    const auto note = [&](const Result& rows) {
        for (std::size_t i = 0; i < rows.size(); ++i) found.emplace(rows.text(i, 0));
    };
    if (!limited.empty()) note(core::pg::once(quick_, sql::ready_queues, limited));
    if (!names.empty())
        note(core::pg::once(quick_, sql::ready_lanes, names, lanes.organizations, lanes.priorities, lanes.frontiers));
    const auto since = a_while_ago();
    for (const auto& name : std::set(names.begin(), names.end()))
        if (!found.contains(name)) queues_.at(name).lanes.raise(since);
    due.merge(found);
    probed_.done(now);
}

void Dispatcher::refresh(Steady now) {
    if (!refreshed_.is_due(now)) return;
    const auto rows = core::pg::once(quick_, sql::queue_settings, settings_.queues);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto& queue = queues_[std::string(rows.text(i, 0))];
        queue.paused = rows.flag(i, 1);
        queue.limited = rows.number(i, 2) != 0 || rows.number(i, 3) != 0;
        queue.keyed = rows.flag(i, 4);
        if (queue.paused) queue.lanes.lower("-infinity");  // what waits meanwhile is read when the queue goes on
        database_ahead_ = rows.time(i, 5) - std::chrono::system_clock::now();
    }
    refreshed_.done(now);
}

/// True when there were lanes we did not know.
bool Dispatcher::learn_lanes() {
    const auto began = std::chrono::steady_clock::now();
    bool learnt = false;
    const auto lanes = core::pg::once(quick_, sql::lanes, settings_.queues);
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        const bool is_new = queues_[std::string(lanes.text(i, 0))].lanes.learn(std::string(lanes.text(i, 1)),
                                                                               static_cast<int>(lanes.number(i, 2)));
        learnt = learnt || is_new;
    }
    learnt_.done(began);
    return learnt;
}

/// By the clock that the moments come from. It may be seconds from ours.
std::string Dispatcher::a_while_ago() const {
    return core::time::rfc3339(std::chrono::system_clock::now() + database_ahead_ - kStepBack);
}

/// Reading lanes again from further back, so long after the last time: no more than a fiftieth of the time.
bool Dispatcher::may_walk(std::chrono::steady_clock::duration since, std::chrono::steady_clock::duration rest) const {
    return since >= std::max(rest, walk_cost_ * 50);
}

/// What was committed after younger rows were admitted lies behind the frontiers.
void Dispatcher::step_back(Steady now) {
    if (!may_walk(now - stepped_at_, kStepEvery)) return;
    stepped_at_ = now;
    const bool walk = may_walk(now - walked_at_, kWalkEvery);
    if (walk) walked_at_ = now;
    const auto since = walk ? "-infinity" : a_while_ago();
    for (auto& [name, queue] : queues_) queue.lanes.lower(since);
    if (walk) notice({"*"});
}

/// Nothing was found ahead: perhaps something was handed back behind. False when that was looked at just now.
bool Dispatcher::look_back(Queue& queue, Steady now) {
    if (!may_walk(now - queue.looked_back_at, kStepEvery)) return false;
    queue.looked_back_at = now;
    queue.lanes.lower("-infinity");
    return true;
}

/// An idle slot in this process starts a run without the way over the broker: half the latency, and nobody waits
/// longer for it. True when it took all there was.
bool Dispatcher::take_next_door(const std::string& name, Queue& queue) {
    const auto idle = queue.busy || !neighbour_.idle ? 0 : neighbour_.idle();
    if (idle == 0) return false;
    const auto most = std::min(idle, queue.budget);
    const auto taken = admit_next_door(name, queue, most);
    queue.busy = taken >= most;
    if (taken == 0) return !learn_lanes() && !look_back(queue, std::chrono::steady_clock::now());
    return !queue.busy;
}

/// Without limits one statement admits and claims; with them the count of what runs needs its lock first.
std::size_t Dispatcher::admit_next_door(const std::string& name, Queue& queue, std::size_t most) {
    if (queue.limited || queue.keyed) {
        const auto items = admit(name, queue, most).items;
        if (!items.empty() && !neighbour_.take(items)) publish(name, items);
        return items.size();
    }
    if (queue.lanes.empty()) return 0;
    const auto incarnation = neighbour_.incarnation();
    const auto rows = admit_for(incarnation, name, queue, most);
    core::fail_point("claim.after_commit");
    neighbour_.give(claimed_of(rows, incarnation));
    return rows.size();
}

/// True when there may be more to admit right away.
bool Dispatcher::serve(const std::string& name, Queue& queue) {
    if (queue.paused) return false;
    if (take_next_door(name, queue)) return false;
    const auto waiting = backlog(name);
    if (waiting > kFewHints) {
        queue.budget = std::max(queue.budget / 2, kLeastBudget);
        return true;
    }
    auto admitted = admit(name, queue, queue.budget);
    queue.busy = admitted.items.size() >= admitted.asked && !admitted.items.empty();
    if (admitted.items.empty()) {
        grow(queue, false);
        // Something was noticed and nothing found: perhaps the first run of a lane that we don't know.
        return learn_lanes() || look_back(queue, std::chrono::steady_clock::now());
    }
    publish(name, admitted.items);
    grow(queue, waiting == 0);
    return queue.busy;
}

/// What is on the way is work that nothing urgent overtakes. So each backlog begins small, and a budget that was just
/// raised first shows that workers keep up with it: hints that they hold in reserve look as if nobody waited.
void Dispatcher::grow(Queue& queue, bool all_taken) {
    const auto now = std::chrono::steady_clock::now();
    if (!queue.busy) {
        queue.budget = kLeastBudget;
    } else if (all_taken && now - queue.grown_at >= kGrowEvery) {
        queue.budget = std::min(queue.budget * 2, kMostBudget);
        queue.grown_at = now;
    }
}

Dispatcher::Admitted Dispatcher::admit(const std::string& name, Queue& queue, std::size_t budget) {
    const auto began = std::chrono::steady_clock::now();
    auto admitted = queue.limited ? admit_limited(name, queue, budget) : admit_free(name, queue, budget);
    if (queue.keyed && !queue.limited) {
        auto keyed = admit_limited(name, queue, budget);
        admitted.items.insert(admitted.items.end(), keyed.items.begin(), keyed.items.end());
    }
    walk_cost_ = std::max(walk_cost_ * 9 / 10, std::chrono::steady_clock::now() - began);
    return admitted;
}

/// For hints, or straight into the slots of an incarnation.
Result Dispatcher::admit_for(const std::string& incarnation, const std::string& name, Queue& queue, std::size_t most) {
    const auto lanes = queue.lanes.columns();
    core::fail_point("dispatch.before_admit");
    auto rows = core::pg::once(quick_, sql::admit, name, lanes.organizations, lanes.priorities, lanes.frontiers, most,
                               incarnation);
    queue.lanes.advance(rows);
    if (rows.size() < most) queue.lanes.raise(a_while_ago());  // each was read to its end
    if (metrics_ != nullptr) metrics_->admitted.with({name}).add(static_cast<double>(rows.size()));
    return rows;
}

Dispatcher::Admitted Dispatcher::admit_free(const std::string& name, Queue& queue, std::size_t budget) {
    if (queue.lanes.empty()) return {};
    const auto rows = admit_for("", name, queue, budget);
    core::fail_point("dispatch.after_admit");
    return {items_of(rows), budget};
}

/// Exact limits: the advisory lock is taken by a statement before the one that counts, so the count sees every earlier
/// admission.
Dispatcher::Admitted Dispatcher::admit_limited(const std::string& name, Queue& queue, std::size_t most) {
    auto lease = quick_.acquire();
    Transaction tx(lease);
    if (!tx.run(sql::queue_lock, name).flag(0, 0)) return {};
    const auto allowance = tx.run(sql::queue_allowance, name);
    const auto budget = std::min(
        {static_cast<std::int64_t>(most), allowance.number(0, 0), static_cast<std::int64_t>(allowance.real(0, 1))});
    if (budget <= 0) return {};
    auto rows = tx.run(sql::admit_keyed, name, budget);
    auto items = items_of(rows);
    const auto left = budget - static_cast<std::int64_t>(items.size());
    if (queue.limited && left > 0) {
        const auto lanes = queue.lanes.columns();
        const std::vector<std::string> from_the_start(lanes.frontiers.size(), "-infinity");
        const auto plain =
            items_of(tx.run(sql::admit, name, lanes.organizations, lanes.priorities, from_the_start, left, ""));
        items.insert(items.end(), plain.begin(), plain.end());
    }
    if (!items.empty()) tx.run(sql::queue_rate_spend, name, static_cast<double>(items.size()));
    tx.commit();
    if (metrics_ != nullptr) metrics_->admitted.with({name}).add(static_cast<double>(items.size()));
    return {std::move(items), static_cast<std::size_t>(budget)};
}

/// Idle: a run a hint, for latency. Backlog: up to 512 a hint, for throughput.
void Dispatcher::publish(const std::string& name, const std::vector<Hint::Item>& items) {
    const auto per_hint = std::clamp<std::size_t>(items.size() / 4, 1, kMostPerHint);
    std::vector<Hint> hints;
    for (std::size_t i = 0; i < items.size(); i += per_hint) {
        const auto end = std::min(i + per_hint, items.size());
        hints.push_back(
            {name, {items.begin() + static_cast<std::ptrdiff_t>(i), items.begin() + static_cast<std::ptrdiff_t>(end)}});
    }
    core::fail_point("dispatch.before_publish");
    try {
        auto& to = publisher();
        asked_broker_at_ = std::chrono::steady_clock::now();
        to.publish(hints);
    } catch (const std::exception& problem) {
        lose_broker(problem);  // the runs stand as dispatched: any worker on the fallback claims them
        publisher().publish(hints);
    }
    core::fail_point("dispatch.after_publish");
}

/// Heartbeats are answered, and a lost broker is looked for, whether there is something to hint or not.
void Dispatcher::keep_link() {
    if (broker_ == nullptr) return;
    try {
        publisher().serve();
    } catch (const core::Error& problem) {
        lose_broker(problem);
    }
}

void Dispatcher::rehint() {
    const auto now = std::chrono::steady_clock::now();
    if (now - rehinted_at_ < 1s) return;
    rehinted_at_ = now;
    const auto age = std::chrono::duration<double>(settings_.rehint).count();
    const auto rows = core::pg::once(quick_, sql::rehint, age, settings_.queues, late_.back(now), kMostLate);
    if (rows.size() < kMostLate) late_.reached(now, age);
    std::map<std::string, std::vector<Hint::Item>> late;
    for (std::size_t i = 0; i < rows.size(); ++i)
        late[std::string(rows.text(i, 0))].push_back(
            {std::string(rows.text(i, 1)), static_cast<int>(rows.number(i, 2))});
    for (const auto& [name, items] : late) {
        if (backlog(name) != 0) continue;
        publish(name, items);
        if (metrics_ != nullptr) metrics_->hinted_again.with({name}).add(static_cast<double>(items.size()));
    }
}

std::size_t Dispatcher::backlog(const std::string& name) {
    try {
        auto& at = publisher();
        asked_broker_at_ = std::chrono::steady_clock::now();
        return at.backlog(name);
    } catch (const core::Error& problem) {
        if (!broker_up_) throw;
        lose_broker(problem);
        return publisher().backlog(name);
    }
}

Publisher& Dispatcher::publisher() {
    const auto now = std::chrono::steady_clock::now();
    if (broker_ != nullptr && !broker_up_ && now >= retry_broker_at_) {
        asked_broker_at_ = now;
        try {
            publisher_ = broker_->publisher(settings_.queues);
            broker_up_ = true;
            core::log::info("broker.up", {{"role", "dispatcher"}});
        } catch (const std::exception& problem) {
            lose_broker(problem);
            const auto ended = std::chrono::steady_clock::now();  // one that lets us wait is asked less often
            retry_broker_at_ = std::max(retry_broker_at_, ended + (ended - now) * 5);
        }
    }
    if (!publisher_) publisher_ = fallback_.publisher(settings_.queues);
    return *publisher_;
}

/// A broker that hangs instead of refusing costs time at each try: no more than a fifth of ours.
void Dispatcher::lose_broker(const std::exception& problem) {
    if (broker_up_ || retry_broker_at_ == Steady{})
        core::log::warn(
            "broker.down",
            {{"role", "dispatcher"}, {"error", problem.what()}, {"meanwhile", "workers claim from PostgreSQL"}});
    broker_up_ = false;
    publisher_ = fallback_.publisher(settings_.queues);
    const auto now = std::chrono::steady_clock::now();
    retry_broker_at_ = now + std::max<std::chrono::steady_clock::duration>(2s, 4 * (now - asked_broker_at_));
}

}  // namespace nightshift::queue
