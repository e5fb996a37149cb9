// Jobs that become overdue: noticed once for each due date, whoever looks and however often.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "core/pg/pg.h"

namespace nightshift::domain::jobs {

struct Overdue {
    std::size_t taken = 0;  ///< looked at: as many as asked for when there may be more
    std::size_t late = 0;   ///< of these, newly late
};

/// Takes up to `most` jobs whose due date has come by `now`, and tells whom it concerns, in this transaction.
Overdue notice_overdue(core::pg::Transaction& tx, const std::string& organization,
                       std::chrono::system_clock::time_point now, std::size_t most);

}  // namespace nightshift::domain::jobs
