#include "workers/sweeps/sla.h"

#include "core/error/fail_point.h"
#include "domain/sla/clocks.h"

namespace nightshift::workers::sweeps::sla {
namespace {

constexpr std::size_t kJobs = 500, kClocks = 1000;

template <class Step>
auto committed(queue::Run& run, Step&& step) {
    auto lease = run.pool().acquire();
    core::pg::Transaction tx(lease, {.actor = "run:" + run.id(), .organization = run.organization()});
    auto result = step(tx);
    core::fail_point("sla.before_commit");
    tx.commit();
    return result;
}

}  // namespace

/// Each batch commits by itself: an attempt that is killed leaves what is done done. An escalation may touch jobs
/// again, so this ends when neither finds anything.
queue::Outcome work(const core::json::object&, queue::Run& run) {
    std::size_t settled = 0, warnings = 0, breaches = 0;
    const auto& organization = run.organization();
    while (!run.stop().stop_requested()) {
        const auto jobs =
            committed(run, [&](auto& tx) { return domain::sla::settle_touched(tx, organization, run.now(), kJobs); });
        settled += jobs;
        if (jobs == kJobs) continue;
        const auto fired =
            committed(run, [&](auto& tx) { return domain::sla::fire_due(tx, organization, run.now(), kClocks); });
        warnings += fired.warnings;
        breaches += fired.breaches;
        if (jobs == 0 && fired.taken == 0)
            return queue::Done{{{"jobs", settled}, {"warnings", warnings}, {"breaches", breaches}}};
        run.progress(0.5, std::to_string(warnings + breaches) + " thresholds reached");
    }
    return queue::Cancelled{};
}

}  // namespace nightshift::workers::sweeps::sla
