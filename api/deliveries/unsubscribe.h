// The page behind the link in every mail: looking at it changes nothing, since programs that check mails follow links;
// a click on its button, or the one click of a mail reader (RFC 8058), does. Its address says who may.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::deliveries {

std::vector<kit::Route> unsubscribe_routes(const kit::Services& services);

}  // namespace nightshift::api::deliveries
