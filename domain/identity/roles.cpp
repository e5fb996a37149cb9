#include "domain/identity/roles.h"

#include <algorithm>
#include <array>

#include "core/error/error.h"

namespace nightshift::domain::identity {
namespace {

struct Row {
    std::string_view permission;
    std::array<char, 6>
        reach;  // admin manager sales_agent technician member viewer: A all, T team, O own, S self, - none
};

// SEEDS.md 6, in its order.
constexpr Row kTable[] = {
    {"api_key.manage", {'A', 'O', 'O', 'O', 'O', 'O'}},  // of SPEC 1
    {"org.manage", {'A', '-', '-', '-', '-', '-'}},
    {"role.manage", {'A', '-', '-', '-', '-', '-'}},
    {"integration.manage", {'A', '-', '-', '-', '-', '-'}},
    {"workflow.manage", {'A', '-', '-', '-', '-', '-'}},
    {"webhook.manage", {'A', '-', '-', '-', '-', '-'}},
    {"queues.see", {'A', '-', '-', '-', '-', '-'}},
    {"queues.change", {'A', '-', '-', '-', '-', '-'}},
    {"workers.see", {'A', '-', '-', '-', '-', '-'}},
    {"workers.change", {'A', '-', '-', '-', '-', '-'}},
    {"schedules.see", {'A', '-', '-', '-', '-', '-'}},
    {"schedules.change", {'A', '-', '-', '-', '-', '-'}},
    {"runs.see", {'A', 'T', 'O', 'O', 'O', '-'}},
    {"runs.submit", {'A', 'T', 'O', 'O', 'O', '-'}},
    {"runs.change", {'A', '-', '-', '-', '-', '-'}},
    {"metrics.see", {'A', '-', '-', '-', '-', '-'}},
    {"organization.view", {'A', 'A', 'A', 'A', 'A', 'A'}},
    {"user.create", {'A', '-', '-', '-', '-', '-'}},
    {"user.delete", {'A', '-', '-', '-', '-', '-'}},
    {"user.set_role", {'A', '-', '-', '-', '-', '-'}},
    {"user.list", {'A', 'A', '-', '-', '-', '-'}},
    {"user.view", {'A', 'A', 'S', 'S', 'S', 'S'}},
    {"user.update", {'A', 'S', 'S', 'S', 'S', 'S'}},
    {"department.manage", {'A', 'T', '-', '-', '-', '-'}},
    {"team.manage", {'A', 'T', '-', '-', '-', '-'}},
    {"job_config.manage", {'A', '-', '-', '-', '-', '-'}},
    {"tag.manage", {'A', 'A', '-', '-', '-', '-'}},
    {"job.create", {'A', 'A', 'A', '-', 'A', '-'}},
    {"job.view", {'A', 'A', 'A', 'O', 'O', 'A'}},
    {"job.update", {'A', 'T', 'A', '-', 'O', '-'}},
    {"job.assign", {'A', 'T', 'A', '-', '-', '-'}},
    {"job.progress", {'A', 'T', '-', 'O', 'O', '-'}},
    {"job.delete", {'A', 'T', '-', '-', '-', '-'}},
    {"job.bulk", {'A', 'T', '-', '-', '-', '-'}},
    {"comment.create", {'A', 'A', 'A', 'O', 'O', '-'}},
    {"attachment.create", {'A', 'A', 'A', 'O', 'O', '-'}},
    {"checklist.update", {'A', 'A', 'A', 'O', 'O', '-'}},
    {"time.log", {'A', 'T', 'O', 'O', 'O', '-'}},
    {"time.manage", {'A', 'T', '-', '-', '-', '-'}},
    {"reports.see", {'A', 'A', 'A', '-', 'O', 'O'}},
    {"reports.run", {'A', 'A', 'A', '-', 'O', '-'}},
    {"report.team", {'A', 'T', '-', '-', '-', '-'}},
    {"report_definition.manage", {'A', 'O', 'O', '-', 'O', '-'}},
    {"subscription.manage", {'A', 'T', 'O', '-', 'O', '-'}},
    {"dashboard.view", {'A', 'A', 'A', 'A', 'A', 'A'}},
    {"notification.own", {'A', 'A', 'A', 'A', 'A', 'A'}},
    {"account.own", {'A', 'A', 'A', 'A', 'A', 'A'}},
    {"audit.view", {'A', 'T', '-', '-', '-', '-'}},
    {"delivery.manage", {'A', '-', '-', '-', '-', '-'}},
    {"sla.manage", {'A', '-', '-', '-', '-', '-'}},
    {"reminder_rule.manage", {'A', 'T', '-', '-', '-', '-'}},
};

std::string grant(std::string_view permission, char reach) {
    std::string text(permission);
    switch (reach) {
        case 'T':
            return text + ":team";
        case 'O':
            return text + ":own";
        case 'S':
            return text + ":self";
        default:
            return text;
    }
}

std::vector<BuiltinRole> made() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kRoles{{{"admin", "Administrator"},
                                                                                   {"manager", "Manager"},
                                                                                   {"sales_agent", "Sales agent"},
                                                                                   {"technician", "Technician"},
                                                                                   {"member", "Team member"},
                                                                                   {"viewer", "Viewer"}}};
    std::vector<BuiltinRole> roles;
    for (std::size_t i = 0; i < kRoles.size(); ++i) {
        roles.push_back({kRoles[i].first, kRoles[i].second, {}});
        for (const auto& row : kTable)
            if (row.reach[i] != '-') roles.back().permissions.push_back(grant(row.permission, row.reach[i]));
    }
    return roles;
}

}  // namespace

const std::vector<BuiltinRole>& builtin_roles() {
    static const auto roles = made();
    return roles;
}

namespace {

/// In order of reach.
constexpr std::array<std::string_view, 4> kReaches{"self", "own", "team", "all"};

struct Grant {
    std::string_view name;
    std::size_t reach;  // of kReaches; its size: no such reach
};

Grant parsed(std::string_view permission) {
    const auto colon = permission.find(':');
    if (colon == std::string_view::npos) return {permission, kReaches.size() - 1};
    const auto found = std::ranges::find(kReaches, permission.substr(colon + 1));
    return {permission.substr(0, colon), static_cast<std::size_t>(found - kReaches.begin())};
}

}  // namespace

std::string permission_problem(std::string_view given) {
    const auto [name, reach] = parsed(given);
    if (reach == kReaches.size())
        return "expected self, own, team or all after the colon of \"" + std::string(given) + '"';
    std::vector<std::string_view> known;
    for (const auto& row : kTable) known.push_back(row.permission);
    if (std::ranges::find(known, name) != known.end()) return {};
    return "there is no permission \"" + std::string(name) + "\"" +
           core::suggestion(name, known.data(), known.data() + known.size());
}

std::string_view reach_of(const std::vector<std::string>& held, std::string_view permission) {
    std::size_t most = 0;
    bool is_held = false;
    for (const auto& one : held) {
        if (one == "*") return "all";
        const auto [name, reach] = parsed(one);
        if (name != permission || reach == kReaches.size()) continue;
        is_held = true;
        most = std::max(most, reach);
    }
    return is_held ? kReaches[most] : std::string_view{};
}

std::vector<std::string> narrowed(const std::vector<std::string>& held, const std::vector<std::string>& wanted) {
    std::vector<std::string> out;
    for (const auto& one : held) {
        const auto have = parsed(one);
        std::size_t most = 0;
        bool is_wanted = false;
        for (const auto& want : wanted) {
            const auto [name, reach] = parsed(want);
            if (name != have.name || reach == kReaches.size()) continue;
            is_wanted = true;
            most = std::max(most, reach);
        }
        if (!is_wanted || have.reach == kReaches.size()) continue;
        const auto reach = std::min(most, have.reach);
        const auto suffix = reach + 1 == kReaches.size() ? std::string{} : ":" + std::string(kReaches[reach]);
        out.push_back(std::string(have.name) + suffix);
    }
    return out;
}

std::string canonical_role(std::string_view given) {
    std::string name(given);
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == ' ' || c == '-' ? '_' : c;
    });
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kAliases{{{"administrator", "admin"},
                                                                                     {"team_member", "member"},
                                                                                     {"user", "member"},
                                                                                     {"sales", "sales_agent"},
                                                                                     {"salesagent", "sales_agent"}}};
    for (const auto& [alias, role] : kAliases)
        if (name == alias) return std::string(role);
    return name;
}

}  // namespace nightshift::domain::identity
