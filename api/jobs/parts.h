// What hangs on a job: checklists, comments, time logs.
#pragma once

#include "api/kit/resource.h"

namespace nightshift::api::jobs {

extern const kit::Resource kChecklists, kChecklistItems, kComments, kTimeLogs;

/// Holds the job while something is added, so that a completion at the same moment sees it or comes first; its
/// category. The caller must see the job.
std::string hold_job(const kit::Change& change, const std::string& job);
/// Refuses to move a part of a job to another one.
void stay_with_job(const kit::Change& change);

/// What hangs on a job that the caller can't see is no empty list: the job is not there. Throws Error(not_found).
void require_job(const kit::Services& services, const core::http::Request& request, const kit::Caller& caller);

/// What is done with timers.
std::vector<kit::Route> time_routes(const kit::Services& services);

/// A person's jobs, and dashboards.
std::vector<kit::Route> person_routes(const kit::Services& services);

/// The people a comment's @mentions mean, and the mentions that mean nobody. SEEDS.md C-39.
struct Mentions {
    std::vector<std::string> users, unresolved;
};
Mentions mentions_of(core::pg::Transaction& tx, const std::string& organization, std::string_view content);

}  // namespace nightshift::api::jobs
