#include "domain/jobs/bulk.h"

#include <mutex>

#include "core/error/error.h"

namespace nightshift::domain::jobs {
namespace {

struct Shared {
    std::mutex mutex;
    BulkStep step;
};

Shared& shared_step() {
    static Shared shared;
    return shared;
}

}  // namespace

void set_bulk_step(BulkStep step) {
    auto& shared = shared_step();
    const std::lock_guard lock(shared.mutex);
    shared.step = std::move(step);
}

BulkStep bulk_step() {
    auto& shared = shared_step();
    const std::lock_guard lock(shared.mutex);
    if (!shared.step)
        throw core::Error(core::Code::unavailable, "job.bulk: this process does not know how jobs change");
    return shared.step;
}

}  // namespace nightshift::domain::jobs
