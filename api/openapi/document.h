// The API, described: OpenAPI 3.1 made of the routes that serve it and the tables that check it, once at start.
#pragma once

#include <span>
#include <vector>

#include "api/kit/route.h"

namespace nightshift::api::openapi {

core::json::object document(std::span<const kit::Route> routes);

/// Adds GET /openapi.json to them, which describes itself too, and the pages to read it on, whose programs are in
/// `pages`. The text is made now and served with an ETag.
void publish(std::vector<kit::Route>& routes, const std::string& pages);

}  // namespace nightshift::api::openapi
