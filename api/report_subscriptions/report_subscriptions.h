// Report subscriptions: which report, when, for whom and how. SPEC 5, Reports.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::report_subscriptions {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::report_subscriptions
