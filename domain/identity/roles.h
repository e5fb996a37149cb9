// The roles every organization has, and what they may. SEEDS.md 6; data, not code: organizations may add their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nightshift::domain::identity {

struct BuiltinRole {
    std::string_view name, title;
    std::vector<std::string> permissions;
};
const std::vector<BuiltinRole>& builtin_roles();

/// "Administrator", "user", "Team Member", "sales" ... as the canonical name; other names as they are, in lower case.
std::string canonical_role(std::string_view given);

}  // namespace nightshift::domain::identity
