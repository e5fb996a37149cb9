#include "queue/retention.h"

#include <string>

#include "core/log/log.h"
#include "queue/sql.h"

namespace nightshift::queue {

using core::pg::Transaction;

std::chrono::milliseconds keep_history(core::pg::Pool& pool, int days, int dead_days) {
    core::pg::once(pool, sql::retention_ahead);
    auto lease = pool.acquire();
    std::vector<std::string> old;
    {
        Transaction tx(lease);
        const auto rows = tx.run(sql::retention_partitions, days);
        for (std::size_t i = 0; i < rows.size(); ++i) old.emplace_back(rows.text(i, 0));
    }
    for (const auto& partition : old) {
        // The name comes from the catalogue and matches run_archive_<digits>: a statement can't take it as a parameter.
        Transaction tx(lease, {.actor = "retention"});
        tx.execute("alter table run_archive detach partition " + partition);
        tx.execute("insert into run_archive select * from " + partition + " where state = 'dead'");
        tx.execute("insert into run_tally select organization_id, -count(*) from " + partition +
                   " where state <> 'dead' group by organization_id");
        tx.execute("drop table " + partition);
        tx.commit();
        core::log::info("archive.dropped", {{"partition", partition}});
    }
    core::pg::once(pool, sql::retention_dead, dead_days);
    core::pg::once(pool, sql::retention_rows, dead_days);
    core::pg::once(pool, sql::retention_tally);
    return std::chrono::hours(1);
}

}  // namespace nightshift::queue
