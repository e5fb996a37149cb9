// For a statement that looks something up for each of many rows, in tables that are empty in one minute and very long
// in the next: the plan that statistics of before suggest would read such a table from end to end for each of them.
#pragma once

#include "core/pg/pg.h"

namespace nightshift::core::pg {

/// Runs it with a plan that goes by index wherever there is one.
template <class... Parameters>
Result by_index(Transaction& tx, const Statement& statement, const Parameters&... parameters) {
    static constexpr Statement kOnly{"", "set local enable_seqscan = off"}, kAny{"", "set local enable_seqscan = on"};
    tx.run(kOnly);
    auto result = tx.run(statement, parameters...);
    tx.run(kAny);
    return result;
}

}  // namespace nightshift::core::pg
