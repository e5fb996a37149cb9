#include "workers/sweeps/overdue.h"

#include "core/error/fail_point.h"
#include "domain/jobs/overdue.h"

namespace nightshift::workers::sweeps::overdue {

/// Each batch commits by itself: an attempt that is killed leaves what is done done, and the next one goes on with the
/// rest.
queue::Outcome work(const core::json::object&, queue::Run& run) {
    constexpr std::size_t kBatch = 1000;
    std::size_t late = 0;
    while (!run.stop().stop_requested()) {
        auto lease = run.pool().acquire();
        core::pg::Transaction tx(lease, {.actor = "run:" + run.id(), .organization = run.organization()});
        const auto step = domain::jobs::notice_overdue(tx, run.organization(), run.now(), kBatch);
        core::fail_point("overdue.before_commit");
        tx.commit();
        late += step.late;
        if (step.taken < kBatch) return queue::Done{{{"overdue", late}}};
        run.progress(0.5, std::to_string(late) + " jobs are overdue");
    }
    return queue::Cancelled{};
}

}  // namespace nightshift::workers::sweeps::overdue
