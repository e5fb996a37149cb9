// Where a list goes on: the last row's place in its order, opaque to clients.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightshift::api::kit {

struct Cursor {
    std::string order;                               ///< the order it belongs to
    std::vector<std::optional<std::string>> values;  ///< of the last row, one for each column of the order, then its id
};

std::string encode(const Cursor& cursor);
/// Throws Error(validation) for what is no cursor of ours.
Cursor decode(std::string_view text);

}  // namespace nightshift::api::kit
