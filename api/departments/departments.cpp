#include "api/departments/departments.h"

#include "api/departments/members.h"
#include "api/kit/resource.h"
#include "core/error/error.h"
#include "domain/organization/sql.h"

namespace nightshift::api::departments {
namespace {

using core::schema::Type;
using kit::Column;
using kit::Resource;
using kit::Services;

/// A department that still holds something is not deleted.
void keep_used_department(const kit::Change& change) {
    const auto uses = change.tx.run(domain::organization::sql::department_uses, change.caller.organization, change.id);
    const auto jobs = uses.number(0, 0), teams = uses.number(0, 1), people = uses.number(0, 2);
    if (jobs + teams + people > 0)
        throw core::Error(core::Code::conflict,
                          "it still holds open jobs, teams or people; give them to another department first",
                          core::json::text(core::json::object{{"jobs", jobs}, {"teams", teams}, {"people", people}}));
}

void leave_jobs(const kit::Change& change) {
    change.tx.run(domain::organization::sql::team_leaves, change.caller.organization, change.id);
}

constexpr Column kDepartmentColumns[] = {
    {"name",
     Type::text,
     "Unique in the organization.",
     {.min = 1, .max = 120, .required = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"description", Type::text, "What it is for.", {.max = 2000, .nullable = true}, kit::kSearch},
    {"manager_user_id", Type::uuid, "Who leads it.", {.nullable = true}, kit::kFilter, "app_user"},
    {"manager_name", Type::text, "That person's name.", {.server = true}},
};
constexpr Resource kDepartments{.name = "departments",
                                .one = "department",
                                .doc = "Departments group teams and people.",
                                .table = "department",
                                .view = "api.department",
                                .columns = kDepartmentColumns,
                                .allow = {.see = "organization.view",
                                          .create = "department.manage",
                                          .change = "department.manage",
                                          .remove = "department.manage"},
                                .scopes = {.team = "r.manager_user_id = $2", .own = "true"},
                                .order = "name",
                                .before_remove = keep_used_department,
                                .example = R"({"name": "Night desk", "description": "Answers when all others sleep"})"};

constexpr Column kTeamColumns[] = {
    {"department_id", Type::uuid, "The department it belongs to.", {.nullable = true}, kit::kFilter, "department"},
    {"department_name", Type::text, "That department's name.", {.server = true}},
    {"name",
     Type::text,
     "Unique in the organization.",
     {.min = 1, .max = 120, .required = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"description", Type::text, "What it is for.", {.max = 2000, .nullable = true}, kit::kSearch},
    {"lead_user_id", Type::uuid, "Who leads it.", {.nullable = true}, kit::kFilter, "app_user"},
    {"member_count", Type::integer, "How many people are in it.", {.required = true, .server = true}},
};
constexpr Resource kTeams{
    .name = "teams",
    .one = "team",
    .doc = "Teams of people, mostly in a department.",
    .table = "team",
    .view = "api.team",
    .columns = kTeamColumns,
    .allow = {.see = "organization.view", .create = "team.manage", .change = "team.manage", .remove = "team.manage"},
    .scopes = {.team = "(r.lead_user_id = $2 or exists (select 1 from department d where d.id = r.department_id and "
                       "d.manager_user_id = $2))",
               .own = "true"},
    .order = "name",
    .before_remove = leave_jobs,
    .example = R"({"name": "Night field team", "description": "Out at night", "department_id": "@departments",
"department_name": "Night desk", "member_count": 4})"};

}  // namespace

const kit::Resource& members::teams() {
    return kTeams;
}

std::vector<kit::Route> routes(const Services& services) {
    auto routes = kit::routes_of(kDepartments, services);
    for (auto& route : kit::routes_of(kTeams, services)) routes.push_back(std::move(route));
    return routes;
}

}  // namespace nightshift::api::departments
