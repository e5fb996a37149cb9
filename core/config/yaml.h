// YAML into JSON, strictly: duplicate keys, anchors, aliases, tags, further documents, more than 32 levels and more
// than 1 MiB are refused with file:line:column. The only room that knows yaml-cpp.
#pragma once

#include <map>
#include <string>

#include "core/json/json.h"

namespace nightshift::core::config {

struct Document {
    json::object values;
    /// "api.port" -> "nightshift.yaml:12:3", for messages about what was read.
    std::map<std::string, std::string> places;
};

/// Throws Error(configuration).
Document parse_yaml(const std::string& text, const std::string& name);

}  // namespace nightshift::core::config
