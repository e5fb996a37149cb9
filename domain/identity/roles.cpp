#include "domain/identity/roles.h"

#include <algorithm>
#include <array>

namespace nightshift::domain::identity {
namespace {

struct Row {
    std::string_view permission;
    std::array<char, 6>
        reach;  // admin manager sales_agent technician member viewer: A all, T team, O own, S self, - none
};

// SEEDS.md 6, in its order.
constexpr Row kTable[] = {
    {"org.manage", {'A', '-', '-', '-', '-', '-'}},         {"role.manage", {'A', '-', '-', '-', '-', '-'}},
    {"integration.manage", {'A', '-', '-', '-', '-', '-'}}, {"workflow.manage", {'A', '-', '-', '-', '-', '-'}},
    {"webhook.manage", {'A', '-', '-', '-', '-', '-'}},     {"queues.see", {'A', '-', '-', '-', '-', '-'}},
    {"queues.change", {'A', '-', '-', '-', '-', '-'}},      {"workers.see", {'A', '-', '-', '-', '-', '-'}},
    {"workers.change", {'A', '-', '-', '-', '-', '-'}},     {"schedules.see", {'A', '-', '-', '-', '-', '-'}},
    {"schedules.change", {'A', '-', '-', '-', '-', '-'}},   {"runs.see", {'A', '-', '-', '-', '-', '-'}},
    {"runs.submit", {'A', '-', '-', '-', '-', '-'}},        {"runs.change", {'A', '-', '-', '-', '-', '-'}},
    {"metrics.see", {'A', '-', '-', '-', '-', '-'}},        {"organization.view", {'A', 'A', 'A', 'A', 'A', 'A'}},
    {"user.create", {'A', '-', '-', '-', '-', '-'}},        {"user.delete", {'A', '-', '-', '-', '-', '-'}},
    {"user.set_role", {'A', '-', '-', '-', '-', '-'}},      {"user.list", {'A', 'A', '-', '-', '-', '-'}},
    {"user.view", {'A', 'A', 'S', 'S', 'S', 'S'}},          {"user.update", {'A', 'S', 'S', 'S', 'S', 'S'}},
    {"department.manage", {'A', 'T', '-', '-', '-', '-'}},  {"team.manage", {'A', 'T', '-', '-', '-', '-'}},
    {"job_config.manage", {'A', '-', '-', '-', '-', '-'}},  {"tag.manage", {'A', 'A', '-', '-', '-', '-'}},
    {"job.create", {'A', 'A', 'A', '-', 'A', '-'}},         {"job.view", {'A', 'A', 'A', 'O', 'O', 'A'}},
    {"job.update", {'A', 'T', 'A', '-', 'O', '-'}},         {"job.assign", {'A', 'T', 'A', '-', '-', '-'}},
    {"job.progress", {'A', 'T', '-', 'O', 'O', '-'}},       {"job.delete", {'A', 'T', '-', '-', '-', '-'}},
    {"job.bulk", {'A', 'T', '-', '-', '-', '-'}},           {"comment.create", {'A', 'A', 'A', 'O', 'O', '-'}},
    {"attachment.create", {'A', 'A', 'A', 'O', 'O', '-'}},  {"checklist.update", {'A', 'A', 'A', 'O', 'O', '-'}},
    {"time.log", {'A', 'T', 'O', 'O', 'O', '-'}},           {"time.manage", {'A', 'T', '-', '-', '-', '-'}},
    {"reports.see", {'A', 'A', 'A', '-', 'O', 'O'}},        {"reports.run", {'A', 'A', 'A', '-', 'O', '-'}},
    {"dashboard.view", {'A', 'A', 'A', 'A', 'A', 'A'}},     {"notification.own", {'A', 'A', 'A', 'A', 'A', 'A'}},
    {"account.own", {'A', 'A', 'A', 'A', 'A', 'A'}},        {"audit.view", {'A', 'T', '-', '-', '-', '-'}},
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
