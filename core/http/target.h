// A request target taken apart: RFC 3986, decoded once, dot segments and control characters refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nightshift::core::http {

struct Target {
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;
};

/// Nothing for a target that is not an absolute path, holds a bad escape, a NUL or control character, or a dot segment.
std::optional<Target> parse_target(std::string_view target);

}  // namespace nightshift::core::http
