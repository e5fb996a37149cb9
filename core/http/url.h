// A URL as the HTTP client reads it: one parser for those who check an address and for those who connect to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nightshift::core::http {

struct Url {
    std::string text;    ///< normalised, without fragment
    std::string scheme;  ///< http or https
    std::string host;    ///< lower case, IPv6 without brackets
    std::string origin;  ///< scheme://host, and the port where it is not the scheme's own
};

/// Nothing for what is not http or https, has no host, or names a user. `base`: what a relative one is relative to.
std::optional<Url> parse_url(const std::string& text, const std::string& base = {});

}  // namespace nightshift::core::http
