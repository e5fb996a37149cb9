// The legal moves of a status: its own list, or else the matrix of categories. SEEDS.md C-28.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/kit/route.h"

namespace nightshift::api::jobs {

struct Moves {
    struct To {
        std::string id, status, category, name;
    };
    bool is_explicit = false;  ///< the status has a list of its own
    std::string category;      ///< of the status moved from
    std::vector<To> allowed;   ///< in display order

    bool allow(std::string_view id) const;
    /// The first that counts as this; null when there is none.
    const To* first(std::string_view of_category) const;
    core::json::array shown() const;
};
Moves moves_of(core::pg::Transaction& tx, const std::string& organization, const std::string& status);

/// Where completing leads from a status: to itself when it counts as done, else to the first done one that may be moved
/// to, else to the first done one there is, whose move is refused with the legal ones.
std::string done_status(core::pg::Transaction& tx, const std::string& organization, const std::string& from);

/// `/job-statuses/{id}/moves`.
std::vector<kit::Route> move_routes(const kit::Services& services);

}  // namespace nightshift::api::jobs
