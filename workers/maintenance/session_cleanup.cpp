#include "workers/maintenance/session_cleanup.h"

#include "domain/identity/sql.h"

namespace nightshift::workers::maintenance::session_cleanup {
namespace {

namespace json = core::json;
namespace sql = domain::identity::sql;
constexpr int kBatch = 5000, kMonth = 30;

}  // namespace

queue::Outcome work(const json::object& args, queue::Run& run) {
    const int days = number_of(args, "days", run, "retention.sessions_days", kMonth);
    const auto before = run.now() - std::chrono::hours(24) * days, yesterday = run.now() - std::chrono::hours(24);
    json::object told{{"dry_run", is_dry(args)}, {"days", days}};
    if (is_dry(args)) {
        const auto rows = core::pg::once(run.pool(), sql::sessions_old, run.organization(), before, yesterday);
        told["sessions"] = rows.number(0, 0);
        told["wrong_passwords"] = rows.number(0, 1);
        return queue::Done{told};
    }
    std::size_t forgotten = 0;
    for (std::size_t batch = kBatch; batch == kBatch; forgotten += batch) {
        if (run.stop().stop_requested()) return queue::Cancelled{};
        batch = core::pg::once(run.pool(), sql::sessions_forget, run.organization(), before, kBatch).affected();
    }
    told["sessions"] = forgotten;
    told["wrong_passwords"] = core::pg::once(run.pool(), sql::failures_forget, yesterday).affected();
    return queue::Done{told};
}

}  // namespace nightshift::workers::maintenance::session_cleanup
