#include "workers/jobs/bulk.h"

#include "core/error/error.h"
#include "domain/jobs/bulk.h"

namespace nightshift::workers::jobs::bulk {
namespace {

constexpr std::size_t kStep = 50;

queue::json::object told(const domain::jobs::BulkProgress& progress) {
    return {{"jobs", progress.of},
            {"changed", progress.changed},
            {"unchanged", progress.unchanged},
            {"refused", progress.refused}};
}

}  // namespace

/// Each step commits by itself: a job is changed and its outcome written at once, so an attempt goes on where the last
/// one ended.
queue::Outcome work(const core::json::object& args, queue::Run& run) {
    const std::string id(args.at("bulk_id").as_string());
    const auto* step = run.above<domain::jobs::BulkStep>();
    if (step == nullptr)
        throw core::Error(core::Code::unavailable, "job.bulk: this process does not know how jobs change");
    try {
        while (!run.stop().stop_requested()) {
            auto lease = run.pool().acquire();
            core::pg::Transaction tx(lease, {.actor = "run:" + run.id(), .organization = run.organization()});
            const auto progress = (*step)(tx, id, kStep);
            tx.commit();
            if (progress.done >= progress.of) return queue::Done{told(progress)};
            run.progress(static_cast<double>(progress.done) / static_cast<double>(progress.of),
                         std::to_string(progress.done) + " of " + std::to_string(progress.of) + " jobs");
        }
    } catch (const core::Error& problem) {
        if (problem.again()) throw;
        return queue::Permanent{std::string(problem.name()), problem.what()};
    }
    return queue::Cancelled{};
}

}  // namespace nightshift::workers::jobs::bulk
