#include "queue/lanes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/time/time.h"

namespace nightshift::queue {

bool Lanes::learn(std::string organization, int priority) {
    if (!known_.emplace(organization, priority).second) return false;
    lanes_.push_back({.organization = std::move(organization), .priority = priority});
    return true;
}

void Lanes::lower(const std::string& since) {
    for (auto& lane : lanes_) lane.frontier = std::min(lane.frontier, since);
}

void Lanes::raise(const std::string& since) {
    for (auto& lane : lanes_) lane.frontier = std::max(lane.frontier, since);
}

void Lanes::advance(const core::pg::Result& rows) {
    std::map<std::pair<std::string, int>, std::string> reached;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto& furthest = reached[{std::string(rows.text(i, 2)), static_cast<int>(rows.number(i, 3))}];
        furthest = std::max(furthest, core::time::rfc3339(rows.time(i, 4)));
    }
    for (auto& lane : lanes_)
        if (const auto found = reached.find({lane.organization, lane.priority}); found != reached.end())
            lane.frontier = found->second;
}

void Lanes::add_to(Columns& columns) const {
    for (const auto& lane : lanes_) {
        columns.organizations.push_back(lane.organization);
        columns.priorities.push_back(lane.priority);
        columns.frontiers.push_back(lane.frontier);
    }
}

Lanes::Columns Lanes::columns() const {
    Columns columns;
    add_to(columns);
    return columns;
}

}  // namespace nightshift::queue
