#include "domain/jobs/overdue.h"

#include "core/pg/by_index.h"
#include "core/time/time.h"
#include "domain/jobs/sql.h"
#include "domain/notifications/many.h"

namespace nightshift::domain::jobs {

Overdue notice_overdue(core::pg::Transaction& tx, const std::string& organization,
                       std::chrono::system_clock::time_point now, std::size_t most) {
    const auto rows = core::pg::by_index(tx, sql::overdue_take, organization, now, most);
    Overdue overdue;
    notifications::Many many;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        overdue.taken = static_cast<std::size_t>(rows.number(i, 5));
        if (rows.is_null(i, 0)) continue;
        ++overdue.late;
        many.add(rows.text(i, 4), "Overdue: " + std::string(rows.text(i, 1)) + " " + std::string(rows.text(i, 2)),
                 "It was due at " + core::time::rfc3339(rows.time(i, 3)) + ".", std::string(rows.text(i, 0)));
    }
    many.tell(tx, organization, "job_overdue");
    return overdue;
}

}  // namespace nightshift::domain::jobs
