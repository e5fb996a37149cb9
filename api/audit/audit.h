// Who changed what: the audit log for those who answer for it, and the activity around one's own jobs. SEEDS.md C-40.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::audit {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::audit
