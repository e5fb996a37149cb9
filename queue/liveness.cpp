#include "queue/liveness.h"

#include <unistd.h>

#include <array>

#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "core/time/time.h"
#include "queue/kinds.h"
#include "queue/sql.h"

namespace nightshift::queue {
namespace {

using core::pg::Transaction;
using core::time::as_seconds;
using std::chrono::steady_clock;

std::vector<std::string> queues_of_kinds() {
    std::vector<std::string> names;
    for (const auto* kind : registered_kinds()) names.emplace_back(kind->queue);
    return names;
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace

Liveness::Liveness(Context& context, Needs needs)
    : context_(context),
      needs_(std::move(needs)),
      pool_({.url = context.settings.database_url,
             .size = 1,
             .statement_timeout = context.settings.lease / 3,
             .name = "nightshift-lease"}) {}

void Liveness::begin() {
    const auto id = core::time::uuid7();
    const auto& settings = context_.settings;
    core::pg::once(pool_, sql::incarnation_start, id, settings.name, host_name(), static_cast<int>(::getpid()),
                   NIGHTSHIFT_VERSION, needs_.roles, settings.queues, settings.work ? settings.slots : 0,
                   as_seconds(settings.lease), queues_of_kinds());
    context_.become(id);
    alive_ = true;
    core::log::info("incarnation.started", {{"incarnation", id}, {"name", settings.name}});
}

std::chrono::milliseconds Liveness::run_once() {
    const auto asked = steady_clock::now();
    try {
        if (!alive_) {
            begin();
        } else {
            const auto rows =
                core::pg::once(pool_, sql::incarnation_beat, context_.incarnation(),
                               as_seconds(context_.settings.lease), needs_.busy(), context_.draining.load());
            if (rows.empty()) {
                core::log::error("incarnation.fenced", {{"incarnation", context_.incarnation()}});
                alive_ = false;
                context_.may_claim = false;
                needs_.fenced();
                return std::chrono::milliseconds(0);
            }
            if (rows.flag(0, 0) && !context_.draining) needs_.drain_requested();
        }
        renewed_ = asked;  // the lease runs from before we asked, not from the answer
        context_.may_claim = true;
        context_.database_up = true;
        return context_.settings.beat;
    } catch (const std::exception& problem) {
        context_.database_up = false;
        const auto age = steady_clock::now() - renewed_.load();
        guard();
        core::log::warn(
            "lease.not_renewed",
            {{"error", problem.what()},
             {"age_ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(age).count())}});
        return std::min<std::chrono::milliseconds>(context_.settings.beat, std::chrono::milliseconds(500));
    }
}

void Liveness::guard() {
    const auto age = steady_clock::now() - renewed_.load();
    if (age > context_.settings.lease * 2 / 3) context_.may_claim = false;
    if (age > context_.settings.lease) needs_.fenced();
}

std::chrono::milliseconds Liveness::lease_age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - renewed_.load());
}

void Liveness::end() {
    if (!alive_) return;
    try {
        core::pg::once(pool_, sql::incarnation_end, context_.incarnation());
        alive_ = false;
    } catch (const std::exception& problem) {  // the lease runs out by itself
        core::log::warn("lease.not_ended", {{"error", problem.what()}});
    }
}

namespace {

std::vector<std::string> lost_now(Transaction& tx) {
    const auto lost = tx.run(sql::rescue_leases);
    std::vector<std::string> gone;
    for (std::size_t i = 0; i < lost.size(); ++i) {
        gone.emplace_back(lost.text(i, 0));
        core::log::warn("incarnation.lost", {{"incarnation", gone.back()}, {"name", std::string(lost.text(i, 1))}});
    }
    return gone;
}

}  // namespace

Rescued rescue(core::pg::Pool& pool, int crash_budget, bool all) {
    Rescued rescued;
    auto lease = pool.acquire();
    Transaction tx(lease);
    auto gone = lost_now(tx);
    rescued.incarnations = gone.size();
    if (all) {
        const auto owners = tx.run(sql::rescue_owners);
        for (std::size_t i = 0; i < owners.size(); ++i) gone.emplace_back(owners.text(i, 0));
    }
    const auto orphans = tx.run(sql::rescue_orphans, gone);
    rescued.runs = orphans.size();
    std::vector<std::string> poison;
    for (std::size_t i = 0; i < orphans.size(); ++i) {
        rescued.woken.emplace_back(orphans.text(i, 1));
        if (orphans.number(i, 2) >= crash_budget) poison.emplace_back(orphans.text(i, 0));
    }
    if (!poison.empty()) {
        const auto dead = tx.run(sql::rescue_poison, poison, crash_budget);
        rescued.dead = dead.size();
        std::vector<std::string> parents;
        for (std::size_t i = 0; i < dead.size(); ++i)
            if (dead.flag(i, 1)) parents.emplace_back(dead.text(i, 0));
        if (!parents.empty()) tx.run(sql::dependency_abandon, parents);
    }
    core::fail_point("rescue.before_commit");
    tx.commit();
    core::fail_point("rescue.after_commit");
    return rescued;
}

}  // namespace nightshift::queue
