// One route as an OpenAPI operation.
#pragma once

#include <string>

#include "api/openapi/components.h"

namespace nightshift::api::openapi {

core::json::object operation(const kit::Route& route, Components& components);

}  // namespace nightshift::api::openapi
