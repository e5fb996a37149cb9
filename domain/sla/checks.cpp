// What a policy may say.
#include <algorithm>
#include <array>

#include "core/time/time.h"
#include "domain/sla/clocks.h"

namespace nightshift::domain::sla {
namespace {

namespace json = core::json;

constexpr std::array<std::string_view, 3> kRoles{"assignee", "team_lead", "manager"};
constexpr int kMostPercent = 1000;

bool is_percent(const json::value& any) {
    return any.is_int64() && any.as_int64() >= 1 && any.as_int64() <= kMostPercent;
}

bool is_role(std::string_view name) {
    return std::ranges::find(kRoles, name) != kRoles.end();
}

std::string notify_problem(const json::value& any) {
    constexpr auto kSays = "notify: expected a list of assignee, team_lead, manager";
    if (!any.is_array()) return kSays;
    const auto& roles = any.as_array();
    const bool fits = std::ranges::all_of(
        roles, [](const json::value& role) { return role.is_string() && is_role(role.as_string()); });
    return fits ? "" : kSays;
}

std::string step_problem(const json::value& one) {
    if (!one.is_object()) return "expected objects with at, notify, raise_priority, reassign_to, webhook";
    const auto& step = one.as_object();
    const auto* at = step.if_contains("at");
    if (at == nullptr || !is_percent(*at)) return "at: expected per cent, 1 to 1000";
    for (const auto& [name, value] : step) {
        if (name == "notify") {
            if (auto problem = notify_problem(value); !problem.empty()) return problem;
        } else if (name == "raise_priority") {
            if (!value.is_bool()) return "raise_priority: expected true or false";
        } else if (name == "reassign_to") {
            if (!value.is_string() || !(is_role(value.as_string()) || core::time::is_uuid(value.as_string())))
                return "reassign_to: expected team_lead, manager or the id of a user";
        } else if (name == "webhook") {
            if (!value.is_string() || !core::time::is_uuid(value.as_string()))
                return "webhook: expected the id of a webhook";
        } else if (name != "at") {
            return "there is no \"" + std::string(name) + "\" here";
        }
    }
    return {};
}

}  // namespace

std::string check_escalation(const json::value& steps) {
    for (const auto& one : steps.as_array())
        if (auto problem = step_problem(one); !problem.empty()) return problem;
    return {};
}

std::string check_thresholds(const json::value& percents) {
    const auto& all = percents.as_array();
    return std::ranges::all_of(all, is_percent) ? "" : "expected whole numbers of per cent, 1 to 1000";
}

}  // namespace nightshift::domain::sla
