// What reports there are, and what each is asked with.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::reports {

/// Parameters of all types as one table: for the description of what is posted. Each type takes its own only.
const std::vector<core::schema::Field>& all_parameters();

std::vector<kit::Route> type_routes(const kit::Services& services);

}  // namespace nightshift::api::reports
