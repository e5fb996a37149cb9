// How old is old: what the run says, else what the daemon's configuration says.
#pragma once

#include <chrono>
#include <string_view>

#include "queue/kind.h"

namespace nightshift::workers::maintenance {

inline constexpr core::schema::Field kDryRun{
    "dry_run", core::schema::Type::boolean, "Only says what it would do.", {.fallback = "false"}};

inline bool is_dry(const core::json::object& args) {
    return args.at("dry_run").as_bool();
}
/// The argument, or the setting where there is none; `otherwise` where nobody says anything.
inline int number_of(const core::json::object& args, std::string_view argument, const queue::Run& run,
                     std::string_view setting, int otherwise) {
    if (const auto* given = args.if_contains(argument); given != nullptr && !given->is_null())
        return given->to_number<int>();
    const auto configured = run.setting(setting);
    return configured.is_number() ? configured.to_number<int>() : otherwise;
}

}  // namespace nightshift::workers::maintenance
