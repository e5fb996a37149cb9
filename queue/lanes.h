// The lanes of a queue, one for each organization and priority, and from where to read each: nothing admissible lies
// before a lane's frontier, so dead entries of the index behind it are not walked over again.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::queue {

class Lanes {
public:
    /// As columns for SQL.
    struct Columns {
        std::vector<std::string> organizations, frontiers;
        std::vector<std::int64_t> priorities;
    };

    /// A new one starts at the beginning of time; false: it is known, and keeps its frontier.
    bool learn(std::string organization, int priority);
    /// Moments as RFC 3339, or "-infinity".
    void lower(const std::string& since);
    void raise(const std::string& since);
    /// To the youngest of the rows that were admitted; `rows` as admit.sql returns them.
    void advance(const core::pg::Result& rows);
    bool empty() const { return frontiers_.empty(); }
    void add_to(Columns& columns) const;
    Columns columns() const;

private:
    std::map<std::pair<std::string, int>, std::string> frontiers_;  // by organization and priority
};

}  // namespace nightshift::queue
