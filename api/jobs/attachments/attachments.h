// Files of jobs: uploaded here or to a signed address, listed, downloaded, deleted. SPEC 2, Attachments;
// SEEDS.md C-37, JMS-43, TICK-33 to TICK-37.
#pragma once

#include "api/kit/resource.h"
#include "api/kit/route.h"

namespace nightshift::api::jobs::attachments {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::jobs::attachments
