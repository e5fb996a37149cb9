// Jobs and everything that is done with them. SPEC 2; seeds/job-management-system.md.
#pragma once

#include "api/kit/resource.h"
#include "api/kit/route.h"

namespace nightshift::api::jobs {

extern const kit::Resource kJobs;
/// The same rows under another permission of change: who may assign, or move work on.
extern const kit::Resource kAssigning, kProgressing;

/// Writes a change of a job and tells whom it concerns; the body holds columns of the job.
kit::Shown change_job(core::pg::Transaction& tx, const kit::Resource& resource, const kit::Services& services,
                      const kit::Caller& caller, const std::string& id, core::json::object body,
                      std::string_view if_match = {});
/// Tells everybody a job concerns, but not the caller.
void tell(core::pg::Transaction& tx, const kit::Caller& caller, const std::string& job, std::string_view type,
          const std::string& title);

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::jobs
