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

/// What is wrong with a permission ("job.view", "job.view:own"), or nothing.
std::string permission_problem(std::string_view given);

/// Of what somebody holds, the part that is wanted: never more permissions, never further. "job.view" wants all of it.
std::vector<std::string> narrowed(const std::vector<std::string>& held, const std::vector<std::string>& wanted);

/// How far these permissions reach in one thing: "all", "team", "own", "self"; "" for not at all.
std::string_view reach_of(const std::vector<std::string>& held, std::string_view permission);

/// "Administrator", "user", "Team Member", "sales" ... as the canonical name; other names as they are, in lower case.
std::string canonical_role(std::string_view given);

}  // namespace nightshift::domain::identity
