// A request target taken apart: RFC 3986, each segment decoded once and by itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nightshift::core::http {

struct Target {
    std::string path;  ///< decoded; every slash in it is one of the target
    std::vector<std::pair<std::string, std::string>> query;
};

/// Nothing for a target that is not an absolute path, or holds a bad escape, an encoded slash, a dot segment, a control
/// character (C0, DEL, C1) or what is no UTF-8.
std::optional<Target> parse_target(std::string_view target);

}  // namespace nightshift::core::http
