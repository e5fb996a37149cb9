// What a status counts as, and which moves its category allows. SEEDS.md 5.1 and 5.2.
#pragma once

#include <string>
#include <string_view>

#include "core/json/json.h"

namespace nightshift::domain::jobs {

/// "In Progress" -> "in_progress"; letters and digits of any script stay.
std::string slug_of(std::string_view name);
/// The category a status's name suggests; "open" when it suggests none.
std::string category_of(std::string_view status_name);
/// The matrix of categories, used where a status has no list of its own. Staying is no move.
bool may_move(std::string_view from_category, std::string_view to_category);
/// For core::schema: "" or what is wrong with a color.
std::string check_color(const core::json::value& value);

}  // namespace nightshift::domain::jobs
