// Text in HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace nightshift::core::text {

/// As it stands between tags, and as an attribute in quotes.
void append_markup(std::string& out, std::string_view text);
std::string markup(std::string_view text);

}  // namespace nightshift::core::text
