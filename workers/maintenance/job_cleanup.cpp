#include "workers/maintenance/job_cleanup.h"

#include "domain/jobs/sql.h"

namespace nightshift::workers::maintenance::job_cleanup {
namespace {

namespace json = core::json;
namespace sql = domain::jobs::sql;
constexpr int kBatch = 500, kHalfAYear = 180;
constexpr std::size_t kNamed = 20;

/// One batch, in a transaction of its own: what was archived stays so, whoever dies then.
std::size_t archive(queue::Run& run, std::chrono::system_clock::time_point before, json::array& keys) {
    auto lease = run.pool().acquire();
    core::pg::Transaction tx(lease, {.actor = "run:" + run.id(), .organization = run.organization()});
    const auto rows = tx.run(sql::archive_closed, run.organization(), before, kBatch, run.now());
    for (std::size_t i = 0; i < rows.size() && keys.size() < kNamed; ++i)
        keys.push_back(json::value(std::string(rows.text(i, 0))));
    tx.commit();
    return rows.size();
}

}  // namespace

queue::Outcome work(const json::object& args, queue::Run& run) {
    const int days = number_of(args, "days", run, "retention.jobs_days", kHalfAYear);
    const auto before = run.now() - std::chrono::hours(24) * days;
    json::object told{{"dry_run", is_dry(args)}, {"days", days}};
    if (is_dry(args)) {
        const auto rows = core::pg::once(run.pool(), sql::archive_would, run.organization(), before);
        told["archived"] = rows.number(0, 0);
        told["jobs"] = json::parse(rows.text(0, 1));
        return queue::Done{told};
    }
    json::array keys;
    std::size_t archived = 0;
    for (std::size_t batch = 1; batch > 0;) {
        if (run.stop().stop_requested()) return queue::Cancelled{};
        batch = archive(run, before, keys);
        archived += batch;
        run.progress(0.5, std::to_string(archived) + " jobs archived");
    }
    told["archived"] = archived;
    told["jobs"] = std::move(keys);
    return queue::Done{told};
}

}  // namespace nightshift::workers::maintenance::job_cleanup
