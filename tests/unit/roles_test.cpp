// What the built-in roles may, and how far: SEEDS.md 6.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "api/kit/route.h"
#include "domain/identity/roles.h"

namespace nightshift::domain::identity {
namespace {

using api::kit::Caller;
using api::kit::Reach;

Caller caller_with(std::string_view role) {
    for (const auto& one : builtin_roles())
        if (one.name == role) return {.actor = "user:x", .organization = "o", .permissions = one.permissions};
    ADD_FAILURE() << "no role " << role;
    return {};
}

struct Row {
    const char* permission;
    const char* reach;  // admin manager sales_agent technician member viewer
};
constexpr const char* kRoles[] = {"admin", "manager", "sales_agent", "technician", "member", "viewer"};
constexpr Row kTable[] = {
    {"org.manage", "A-----"},       {"role.manage", "A-----"},       {"integration.manage", "A-----"},
    {"workflow.manage", "A-----"},  {"webhook.manage", "A-----"},    {"queues.change", "A-----"},
    {"workers.change", "A-----"},   {"schedules.change", "A-----"},  {"runs.change", "A-----"},
    {"runs.submit", "ATOOO-"},      {"runs.see", "ATOOO-"},          {"user.create", "A-----"},
    {"user.delete", "A-----"},      {"user.set_role", "A-----"},     {"user.list", "AA----"},
    {"user.view", "AASSSS"},        {"user.update", "ASSSSS"},       {"department.manage", "AT----"},
    {"team.manage", "AT----"},      {"job_config.manage", "A-----"}, {"tag.manage", "AA----"},
    {"job.create", "AAA-A-"},       {"job.view", "AAAOOA"},          {"job.update", "ATA-O-"},
    {"job.assign", "ATA---"},       {"job.progress", "AT-OO-"},      {"job.delete", "AT----"},
    {"job.bulk", "AT----"},         {"comment.create", "AAAOO-"},    {"attachment.create", "AAAOO-"},
    {"checklist.update", "AAAOO-"}, {"time.log", "ATOOO-"},          {"dashboard.view", "AAAAAA"},
    {"notification.own", "AAAAAA"}, {"account.own", "AAAAAA"},       {"audit.view", "AT----"},
    {"report.team", "AT----"},      {"nothing.like_this", "------"},
};

TEST(BuiltinRoles, MayWhatTheTableSaysAndAsFarAsItSays) {
    const std::map<char, Reach> reaches{
        {'-', Reach::none}, {'S', Reach::self}, {'O', Reach::own}, {'T', Reach::team}, {'A', Reach::all}};
    for (std::size_t i = 0; i < std::size(kRoles); ++i) {
        const auto caller = caller_with(kRoles[i]);
        for (const auto& [permission, reach] : kTable) {
            EXPECT_EQ(caller.reach(permission), reaches.at(reach[i])) << kRoles[i] << " " << permission;
            EXPECT_EQ(caller.may(permission), reach[i] != '-') << kRoles[i] << " " << permission;
        }
    }
}

TEST(BuiltinRoles, AreTheSixOfTheSeedsAndSayNothingTwice) {
    std::set<std::string_view> names;
    for (const auto& role : builtin_roles()) {
        EXPECT_TRUE(names.insert(role.name).second) << role.name;
        EXPECT_FALSE(role.title.empty());
        EXPECT_EQ(std::set(role.permissions.begin(), role.permissions.end()).size(), role.permissions.size());
        for (const auto& one : role.permissions) EXPECT_EQ(one.find_first_of("*,{}\" "), std::string::npos) << one;
    }
    EXPECT_EQ(names.size(), std::size(kRoles));
}

TEST(RoleNames, OfEverySeedMeanOneOfOurs) {
    const std::pair<const char*, const char*> known[] = {{"Administrator", "admin"},
                                                         {"Admin", "admin"},
                                                         {"admin", "admin"},
                                                         {"ADMIN", "admin"},
                                                         {"Manager", "manager"},
                                                         {"manager", "manager"},
                                                         {"Team Member", "member"},
                                                         {"team-member", "member"},
                                                         {"member", "member"},
                                                         {"user", "member"},
                                                         {"User", "member"},
                                                         {"Viewer", "viewer"},
                                                         {"Sales Agent", "sales_agent"},
                                                         {"sales", "sales_agent"},
                                                         {"SalesAgent", "sales_agent"},
                                                         {"Technician", "technician"},
                                                         {"sales_agent", "sales_agent"}};
    for (const auto& [given, meant] : known) EXPECT_EQ(canonical_role(given), meant) << given;
}

TEST(RoleNames, OfOnesOwnStayInLowerCase) {
    EXPECT_EQ(canonical_role("Dispatcher"), "dispatcher");
    EXPECT_EQ(canonical_role("Night Shift-Lead"), "night_shift_lead");
    EXPECT_EQ(canonical_role(""), "");
}

Reach reach(std::vector<std::string> permissions, std::string_view asked) {
    return Caller{.actor = "a", .organization = "o", .permissions = std::move(permissions)}.reach(asked);
}

TEST(CallerReach, IsTheGreatestOfAllThatIsHeld) {
    EXPECT_EQ(reach({"job.view:own", "job.view:team"}, "job.view"), Reach::team);
    EXPECT_EQ(reach({"job.view:team", "job.view:self"}, "job.view"), Reach::team);
    EXPECT_EQ(reach({"job.view:own", "job.view"}, "job.view"), Reach::all);
    EXPECT_EQ(reach({"job.view:all"}, "job.view"), Reach::all);
    EXPECT_EQ(reach({"job.view:own", "*"}, "job.view"), Reach::all);
    EXPECT_EQ(reach({"*"}, "anything.at_all"), Reach::all);
}

TEST(CallerReach, IsNotTakenFromNamesThatOnlyBeginAlike) {
    EXPECT_EQ(reach({"job.viewer", "job.view_all", "job.view:", "job.view:everything", "Job.view", "job"}, "job.view"),
              Reach::none);
    EXPECT_EQ(reach({"job.view"}, "job.view:own"), Reach::none);
    EXPECT_EQ(reach({"*.view", "**", ""}, "job.view"), Reach::none);
    EXPECT_EQ(reach({}, "job.view"), Reach::none);
}

}  // namespace
}  // namespace nightshift::domain::identity
