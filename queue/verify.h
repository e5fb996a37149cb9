// The engine's promises as SQL: each invariant is a query that must find nothing. `nightshift verify` and the tests ask
// them; docs/reference/commands.md lists them.
//
//   for (const auto& checked : verify(pool, {})) if (!checked.holds()) ...
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"

namespace nightshift::queue {

/// What a query is given: nothing, the moment since when history counts, or the seconds a stand-still may last.
enum class Given : std::uint8_t { nothing, since, grace };

struct Invariant {
    std::string_view name;
    std::string_view sentence;  ///< what holds
    Given given;
    core::pg::Statement broken;  ///< finds what breaks it
};

std::span<const Invariant> invariants();

struct VerifySettings {
    std::chrono::seconds since{std::chrono::hours(24 * 7)};  ///< history older than this is left alone
    std::chrono::seconds grace{30};                          ///< how long what can move may stand still
    std::size_t most_rows = 20;                              ///< of each invariant
};

struct Checked {
    const Invariant* invariant;
    core::json::array rows = {};  ///< offending rows, as objects
    bool has_more = false;
    std::string problem = {};  ///< why it could not be checked, such as the statement timeout
    std::chrono::milliseconds took{0};

    bool holds() const { return rows.empty() && problem.empty(); }
};

/// Each query in a read-only repeatable-read transaction of its own, so that a long one does not keep the others'
/// snapshot, and one that fails costs only its own answer. The pool's statement timeout bounds each.
/// Throws only when the database can't be reached.
std::vector<Checked> verify(core::pg::Pool& pool, const VerifySettings& settings);

}  // namespace nightshift::queue
