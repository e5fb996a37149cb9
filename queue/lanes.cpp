#include "queue/lanes.h"

#include <algorithm>
#include <utility>

#include "core/time/time.h"

namespace nightshift::queue {

bool Lanes::learn(std::string organization, int priority) {
    return frontiers_.try_emplace({std::move(organization), priority}, "-infinity").second;
}

void Lanes::lower(const std::string& since) {
    for (auto& [lane, frontier] : frontiers_) frontier = std::min(frontier, since);
}

void Lanes::raise(const std::string& since) {
    for (auto& [lane, frontier] : frontiers_) frontier = std::max(frontier, since);
}

void Lanes::advance(const core::pg::Result& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto lane = frontiers_.find({std::string(rows.text(i, 2)), static_cast<int>(rows.number(i, 3))});
        if (lane != frontiers_.end()) lane->second = std::max(lane->second, core::time::rfc3339(rows.time(i, 4)));
    }
}

void Lanes::add_to(Columns& columns) const {
    for (const auto& [lane, frontier] : frontiers_) {
        columns.organizations.push_back(lane.first);
        columns.priorities.push_back(lane.second);
        columns.frontiers.push_back(frontier);
    }
}

Lanes::Columns Lanes::columns() const {
    Columns columns;
    add_to(columns);
    return columns;
}

}  // namespace nightshift::queue
