// Changes of many jobs at once: POST /jobs/bulk, at once or as a run.
#pragma once

#include "api/kit/route.h"
#include "domain/jobs/bulk.h"

namespace nightshift::api::jobs {

/// What is to be done with each job, checked.
struct BulkOrder {
    core::json::object request;  ///< action and what it needs
    bool is_dry_run = false;

    std::string action() const { return core::json::text_in(request, "action"); }
};

/// Does it with one job, in a savepoint of its own that a refusal or a dry run rolls back, and tells what came of it:
/// {id, key, outcome: changed|unchanged|refused, changes{field: [from, to]}, error?}. Each rule and permission of a
/// single change holds. Throws what is nobody's fault: the database is away.
core::json::object bulk_one(core::pg::Transaction& tx, const kit::Services& services, const kit::Caller& caller,
                            const BulkOrder& order, const std::string& id);

/// A domain::jobs::BulkStep.
domain::jobs::BulkProgress bulk_step(const kit::Services& services, core::pg::Transaction& tx, const std::string& bulk,
                                     std::size_t at_most);

/// `/jobs/bulk`.
std::vector<kit::Route> bulk_routes(const kit::Services& services);

}  // namespace nightshift::api::jobs
