#include "workers/sweeps/watch.h"

#include <algorithm>

#include "core/text/list.h"
#include "domain/jobs/sql.h"
#include "domain/sla/sql.h"
#include "queue/submit.h"
#include "workers/sweeps/overdue.h"
#include "workers/sweeps/sla.h"
#include "workers/sweeps/sql.h"

namespace nightshift::workers::sweeps {
namespace {

using std::chrono::milliseconds;

/// What is asked of the time now: organizations with something due, commas between; and the next moment there will be.
struct Watched {
    const queue::Kind& kind;
    const core::pg::Statement& waiting;
};
constexpr Watched kWatched[] = {{overdue::kind, domain::jobs::sql::overdue_waiting},
                                {sla::kind, domain::sla::sql::waiting}};

constexpr milliseconds kShortest{20}, kLongest{1000};

}  // namespace

Watch::Watch(core::pg::Pool& pool, Wake wake)
    : pool_(pool), wake_(std::move(wake)), loop_("sweeps", [this] { return run_once(); }) {}

milliseconds Watch::run_once(std::optional<std::chrono::system_clock::time_point> then) {
    auto rest = kLongest;
    std::vector<queue::Submission> due;
    auto lease = pool_.acquire();
    core::pg::Transaction tx(lease);
    const auto now = then ? *then : tx.run(sql::now).time(0, 0);
    for (const auto& [kind, waiting] : kWatched) {
        const auto rows = tx.run(waiting, now);
        for (auto& organization : core::text::parts(rows.text(0, 0)))
            due.push_back({.kind = std::string(kind.name),
                           .organization = std::move(organization),
                           .unique_key = std::string(kind.name),
                           .origin = "schedule"});
        if (!rows.is_null(0, 1)) rest = std::min(rest, std::chrono::ceil<milliseconds>(rows.time(0, 1) - now));
    }
    if (due.empty()) return std::clamp(rest, kShortest, kLongest);
    std::vector<std::string> queues;
    for (const auto& run : queue::submit(tx, due)) queues.push_back(run.queue);
    tx.commit();
    wake_(queues);
    return std::clamp(rest, kShortest * 10, kLongest);
}

}  // namespace nightshift::workers::sweeps
