#include "api/job_configuration/job_configuration.h"

#include <cctype>

#include "api/kit/resource.h"
#include "core/error/error.h"
#include "domain/jobs/category.h"
#include "domain/jobs/sql.h"

namespace nightshift::api::job_configuration {
namespace {

using core::schema::Type;
using kit::Column;
using kit::Resource;
namespace json = core::json;

constexpr kit::Allow kAllow{.see = "organization.view",
                            .create = "job_config.manage",
                            .change = "job_config.manage",
                            .remove = "job_config.manage"};
constexpr kit::Scopes kEverybody{.own = "true"};

constexpr Column kName{"name",
                       Type::text,
                       "Unique in the organization.",
                       {.min = 1, .max = 80, .required = true},
                       kit::kFilter | kit::kSort | kit::kSearch};
constexpr Column kDescription{"description", Type::text, "What it means.", {.max = 2000, .nullable = true}};
constexpr Column kActive{"is_active", Type::boolean, "Offered for new jobs.", {.fallback = "true"}, kit::kFilter};

/// "In Progress" is known as in_progress in filters and to programs.
void add_slug(const kit::Change& change) {
    const auto* name = change.body.if_contains("name");
    if (name == nullptr || change.body.contains("slug") || change.before != nullptr) return;
    change.body["slug"] = domain::jobs::slug_of(std::string_view(name->as_string()));
}

/// What jobs stand on is not taken away under them.
void keep_used(const kit::Change& change) {
    const auto jobs = change.tx.run(domain::jobs::sql::jobs_on, change.caller.organization, change.id).number(0, 0);
    if (jobs > 0)
        throw core::Error(core::Code::conflict,
                          std::to_string(jobs) + " job(s) have it still; switch it off with is_active instead",
                          json::text(json::object{{"jobs", jobs}}));
}

void remove_status(const kit::Change& change) {
    keep_used(change);
    change.tx.run(domain::jobs::sql::status_moves_clear, change.caller.organization, change.id, true);
}

/// Jobs are completed one by one, past the guard, not by renaming what their status counts as.
void keep_category(const kit::Change& change) {
    const auto* to = change.body.if_contains("category");
    if (change.before == nullptr || to == nullptr) return;
    const auto& from = change.before->at("category").as_string();
    if (to->as_string() != from && (to->as_string() == "done" || from == "done")) keep_used(change);
}

/// New jobs start in one status: the one before is the default no longer.
void set_default(const kit::Change& change) {
    const auto* is_default = change.body.if_contains("is_default");
    if (is_default != nullptr && is_default->is_bool() && is_default->as_bool())
        change.tx.run(domain::jobs::sql::status_default_clear, change.caller.organization, change.id);
}

/// A status posted without a category gets the one its name suggests, shown in the answer and editable. SEEDS.md C-27.
void add_category(const kit::Change& change) {
    add_slug(change);
    keep_category(change);
    set_default(change);
    if (change.before == nullptr && !change.body.contains("category"))
        change.body["category"] = domain::jobs::category_of(std::string_view(change.body.at("name").as_string()));
    if (change.before == nullptr && !change.body.contains("pauses_sla"))
        change.body["pauses_sla"] = change.body.at("category").as_string() == "blocked";
}

constexpr Column kTypeColumns[] = {
    kName,
    kDescription,
    {"class",
     Type::choice,
     "Whether its jobs are tickets.",
     {.fallback = "\"job\"", .choices = "job|ticket"},
     kit::kFilter},
    {"key_prefix", Type::text, "What keys of its jobs begin with: WEB-12.", {.min = 2, .max = 10, .nullable = true}},
    {"ordered_tasks", Type::boolean, "Tasks of its jobs are done in order.", {.fallback = "true"}},
    kActive,
};
constexpr Resource kTypes{
    .name = "job-types",
    .one = "job type",
    .doc = "The types of jobs.",
    .table = "job_type",
    .view = "api.job_type",
    .columns = kTypeColumns,
    .allow = kAllow,
    .scopes = kEverybody,
    .order = "name",
    .before_remove = keep_used,
    .example = R"({"name": "Night repair", "class": "job", "key_prefix": "NR", "ordered_tasks": false,
"description": "Repairs that can't wait for the morning"})"};

constexpr Column kStatusColumns[] = {
    kName,
    {"slug", Type::text, "Its short name: in_progress.", {.min = 1, .max = 80}, kit::kFilter},
    kDescription,
    {"display_order",
     Type::integer,
     "Where it stands on boards and in lists.",
     {.min = 0, .max = 10000, .fallback = "100"},
     kit::kSort},
    {"category",
     Type::choice,
     "What it counts as; from the name when not given.",
     {.choices = "open|in_progress|blocked|review|done|cancelled"},
     kit::kFilter},
    {"pauses_sla", Type::boolean, "Clocks stand still in it; default for blocked ones."},
    {"is_default", Type::boolean, "New jobs start in it.", {}, kit::kFilter},
    kActive,
};
constexpr Resource kStatuses{.name = "job-statuses",
                             .one = "job status",
                             .doc = "The statuses of jobs, each of a category that says what it counts as.",
                             .table = "job_status",
                             .view = "api.job_status",
                             .columns = kStatusColumns,
                             .allow = kAllow,
                             .scopes = kEverybody,
                             .order = "display_order",
                             .before_write = add_category,
                             .before_remove = remove_status,
                             .example = R"({"name": "On the way", "slug": "on_the_way", "category": "in_progress",
"pauses_sla": false, "is_default": false, "display_order": 25})"};

constexpr Column kPriorityColumns[] = {
    kName,
    {"slug", Type::text, "Its short name: high.", {.min = 1, .max = 80}, kit::kFilter},
    kDescription,
    {"level",
     Type::integer,
     "The higher, the more urgent.",
     {.min = 0, .max = 1000, .required = true},
     kit::kFilter | kit::kSort},
    {"color", Type::text, "As #RRGGBB.", {.max = 7, .nullable = true, .check = domain::jobs::check_color}},
    kActive,
};
constexpr Resource kPriorities{
    .name = "job-priorities",
    .one = "job priority",
    .doc = "The priorities of jobs, by level.",
    .table = "job_priority",
    .view = "api.job_priority",
    .columns = kPriorityColumns,
    .allow = kAllow,
    .scopes = kEverybody,
    .order = "level",
    .before_write = add_slug,
    .before_remove = keep_used,
    .example = R"({"name": "Before dawn", "slug": "before_dawn", "level": 9, "color": "#B00020"})"};

constexpr Column kTagColumns[] = {
    kName,
    {"color", Type::text, "As #RRGGBB.", {.max = 7, .nullable = true, .check = domain::jobs::check_color}},
};
constexpr Resource kTags{
    .name = "tags",
    .one = "tag",
    .doc = "Words to find jobs by.",
    .table = "tag",
    .view = "api.tag",
    .columns = kTagColumns,
    .allow = {.see = "organization.view", .create = "tag.manage", .change = "tag.manage", .remove = "tag.manage"},
    .scopes = kEverybody,
    .order = "name",
    .example = R"({"name": "after-hours", "color": "#4C9F70"})"};

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    std::vector<kit::Route> routes;
    for (const auto* resource : {&kTypes, &kStatuses, &kPriorities, &kTags})
        for (auto& route : kit::routes_of(*resource, services)) routes.push_back(std::move(route));
    return routes;
}

}  // namespace nightshift::api::job_configuration
