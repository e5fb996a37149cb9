// Runs of one's own: who may not see or submit runs for all sees those of some people, and submits open kinds only.
// SEEDS.md 6, run.submit and run.view.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/kit/route.h"

namespace nightshift::api::runs {

/// Whose runs the permission reaches: the caller's, with `:team` also those of the people they lead. Nothing:
/// everybody's.
std::optional<std::vector<std::string>> owners_in_reach(core::pg::Transaction& tx, const kit::Caller& caller,
                                                        std::string_view permission);

/// Throws Error(not_found) for a run that the permission does not reach.
void require_in_reach(core::pg::Transaction& tx, const kit::Caller& caller, std::string_view permission,
                      const std::string& id);

/// What who may not submit for all must leave alone: kinds that are not open, and what decides over runs of others.
/// Throws Error(forbidden) naming it.
void require_open(const kit::Services& services, const kit::Caller& caller, const core::json::object& submission);

}  // namespace nightshift::api::runs
