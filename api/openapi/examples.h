// Examples that work: an id for each kind of thing, bodies that can be sent, rows as they are answered. tests/openapi
// sends each of them to a daemon, with the ids of what is there instead of the documented ones.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/kit/resource.h"
#include "api/kit/route.h"

namespace nightshift::api::openapi {

/// The id that stands for one of these everywhere in the document: documented_id("jobs").
std::string documented_id(std::string_view subject);

/// JSON text with `"@jobs"` replaced by the documented id.
core::json::value example_of(std::string_view text);

/// A body that this route takes, or null.
core::json::value body_example(const kit::Route& route);
/// What it answers, or null.
core::json::value answer_example(const kit::Answer& answer);
/// A value for {id}, {tag_id}, {name} ... at place `at` of the path's segments; "" when none is known.
std::string path_example(const std::vector<std::string_view>& segments, std::size_t at);

/// The fields of a resource's row as they are shown: id, columns, version and moments. What the server gives may be
/// null unless its column is `.required`.
std::vector<core::schema::Field> shown_fields(const kit::Resource& resource);

}  // namespace nightshift::api::openapi
