// The clocks of a job. docs/explanation/service-levels.md
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::jobs::sla {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::jobs::sla
