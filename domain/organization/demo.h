// The demo's organization: one fixed identity.
#pragma once

#include <string_view>

namespace nightshift::domain::organization {

inline constexpr std::string_view kDemoOrganization = "0190d1a0-0000-7000-8000-000000000001";

}  // namespace nightshift::domain::organization
