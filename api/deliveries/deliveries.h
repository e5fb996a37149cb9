// What was sent to whom, and what came of it; addresses that get no mail; the link that ends mails. SPEC 5,
// Notifications.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::deliveries {

std::vector<kit::Route> routes(const kit::Services& services);

}  // namespace nightshift::api::deliveries
