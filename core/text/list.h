// Lists with commas between their parts, as string_agg and addresses write them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace nightshift::core::text {

/// Calls `each` with every part that is not empty, in order.
template <class Each>
void each_part(std::string_view list, Each&& each) {
    while (!list.empty()) {
        const auto part = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), part.size() + 1));
        if (!part.empty()) each(part);
    }
}

inline std::vector<std::string> parts(std::string_view list) {
    std::vector<std::string> all;
    each_part(list, [&](std::string_view part) { all.emplace_back(part); });
    return all;
}

}  // namespace nightshift::core::text
