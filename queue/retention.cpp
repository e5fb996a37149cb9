#include "queue/retention.h"

#include <string>

#include "core/log/log.h"
#include "queue/sql.h"

namespace nightshift::queue {

using core::pg::Transaction;

namespace {

std::vector<std::string> old_partitions(core::pg::Pool& pool, int days) {
    std::vector<std::string> old;
    const auto rows = core::pg::once(pool, sql::retention_partitions, days);
    for (std::size_t i = 0; i < rows.size(); ++i) old.emplace_back(rows.text(i, 0));
    return old;
}

/// False when another turn dropped it meanwhile.
bool drop(core::pg::Pool& pool, const std::string& partition, int days) {
    auto lease = pool.acquire();
    Transaction tx(lease, {.actor = "retention"});
    tx.execute("select pg_advisory_xact_lock(hashtext('nightshift.partitions'))");
    const auto rows = tx.run(sql::retention_partitions, days);
    bool is_there = false;
    for (std::size_t i = 0; i < rows.size(); ++i) is_there = is_there || rows.text(i, 0) == partition;
    if (!is_there) return false;
    // The name comes from the catalogue and matches run_archive_<digits>: a statement can't take it as a parameter.
    tx.execute("alter table run_archive detach partition " + partition);
    tx.execute("insert into run_archive select * from " + partition + " where state = 'dead'");
    tx.execute("insert into run_tally select organization_id, -count(*) from " + partition +
               " where state <> 'dead' group by organization_id");
    tx.execute("drop table " + partition);
    tx.commit();
    core::log::info("archive.dropped", {{"partition", partition}});
    return true;
}

}  // namespace

Forgotten forget_history(core::pg::Pool& pool, int days, int dead_days) {
    Forgotten gone;
    for (const auto& partition : old_partitions(pool, days))
        if (drop(pool, partition, days)) gone.partitions.push_back(partition);
    gone.dead_runs = static_cast<std::size_t>(core::pg::once(pool, sql::retention_dead, dead_days).number(0, 0));
    gone.rows = static_cast<std::size_t>(core::pg::once(pool, sql::retention_rows, dead_days).number(0, 0));
    return gone;
}

Forgotten history_to_forget(core::pg::Pool& pool, int days, int dead_days) {
    const auto counts = core::pg::once(pool, sql::retention_counts, dead_days);
    return {.partitions = old_partitions(pool, days),
            .dead_runs = static_cast<std::size_t>(counts.number(0, 0)),
            .rows = static_cast<std::size_t>(counts.number(0, 1))};
}

std::chrono::milliseconds keep_history(core::pg::Pool& pool, int days, int dead_days) {
    core::pg::once(pool, sql::retention_ahead);
    forget_history(pool, days, dead_days);
    core::pg::once(pool, sql::retention_tally);
    return std::chrono::hours(1);
}

}  // namespace nightshift::queue
