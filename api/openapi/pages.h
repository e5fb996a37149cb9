// Pages to read the API on: Swagger UI at /docs, ReDoc at /redoc. Their programs come from npm (`./dev pages`) and lie
// in a folder; nothing is loaded from elsewhere, no script stands in a page. Without the folder a page says how to get
// it.
#pragma once

#include <string>
#include <vector>

#include "api/kit/route.h"

namespace nightshift::api::openapi {

/// GET /docs, /redoc and the files they load from `folder`, by a closed list of names.
std::vector<kit::Route> page_routes(const std::string& folder);

}  // namespace nightshift::api::openapi
