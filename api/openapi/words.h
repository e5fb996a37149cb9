// Names that follow from a route's method and path: its operationId, its tag, the singular of a plural.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/kit/route.h"

namespace nightshift::api::openapi {

/// "checklist-items" -> "ChecklistItems"
std::string pascal(std::string_view words);
/// "ChecklistItems" -> "ChecklistItem", "Departments" -> "Department", "Priorities" -> "Priority"
std::string singular(std::string name);

/// The path's segments after /api/v1.
std::vector<std::string_view> segments_of(std::string_view path);
bool is_parameter(std::string_view segment);
/// {tag_id} -> "tag_id"
std::string_view parameter_of(std::string_view segment);

/// What groups operations: the first segment, "service" for what is not below /api/v1.
std::string tag_of(const kit::Route& route);
/// getJob, listJobComments, assignJob; the route's own name comes first.
std::string operation_id(const kit::Route& route);

}  // namespace nightshift::api::openapi
