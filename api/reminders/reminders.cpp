#include "api/reminders/reminders.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "api/kit/resource.h"
#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/reminders/sql.h"

namespace nightshift::api::reminders {
namespace {

using core::Code;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Column;
using kit::Services;
namespace json = core::json;

constexpr std::array<std::string_view, 6> kParts{"assignee", "creator", "manager", "team_lead", "watchers", "worker"};

std::string check_parts(const json::value& given) {
    for (const auto& one : given.as_array())
        if (std::ranges::find(kParts, std::string_view(one.as_string())) == kParts.end())
            return "expected assignee, creator, manager, team_lead, watchers or worker, got " + json::text(one) +
                   core::suggestion(one.as_string(), kParts.data(), kParts.data() + kParts.size());
    return {};
}

std::string check_clock(const json::value& given) {
    const std::string_view text = given.as_string();
    const auto digits = [&](std::size_t at) {
        return text[at] >= '0' && text[at] <= '9' && text[at + 1] >= '0' && text[at + 1] <= '9';
    };
    const bool fits = text.size() == 5 && text[2] == ':' && digits(0) && digits(3) && text.substr(0, 2) < "24" &&
                      text.substr(3) < "60";
    return fits ? "" : "expected an hour like 09:00, got " + json::text(given);
}

/// What a rule needs beside its trigger, and what it can't use.
void check_rule(const kit::Change& change) {
    const auto has = [&](std::string_view field) {
        const auto* given = change.body.if_contains(field);
        if (given == nullptr && change.before != nullptr) given = change.before->if_contains(field);
        return given != nullptr && !given->is_null();
    };
    const auto refuse = [](const char* field, const std::string& message) {
        throw core::schema::wrong(Code::rule, field, message);
    };
    auto trigger = json::text_in(change.body, "trigger");
    if (trigger.empty()) trigger = json::text_in(*change.before, "trigger");
    const bool by_clock = trigger == "due_day" || trigger == "overdue";
    if (by_clock && !has("at")) refuse("at", "a rule by " + trigger + " needs the hour of the day");
    if (!by_clock && !has("hours")) refuse("hours", "a rule by " + trigger + " needs them");
    if (by_clock && has("hours")) refuse("hours", "a rule by " + trigger + " goes by the hour of the day: see at");
    if (!by_clock && has("at")) refuse("at", "only rules by due_day and overdue go by the hour of the day");
    if (has("repeat_hours") && (by_clock || trigger == "before_due"))
        refuse("repeat_hours", "only what waits or runs is repeated");
    if (trigger == "in_status" && has("job_status_id") == has("status_category"))
        refuse("job_status_id", "a rule by in_status names one status or one category");
}

constexpr Column kColumns[] = {
    {"name",
     Type::text,
     "Unique in the organization.",
     {.min = 1, .max = 120, .required = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"description", Type::text, "What it is for.", {.max = 2000, .nullable = true}, kit::kSearch},
    {"trigger",
     Type::choice,
     "before_due: `hours` before a job is due; due_day: the last time before that the reader's clock shows `at`; "
     "overdue: each day at `at`; unassigned, in_status, timer_running: when it lasts for `hours`.",
     {.required = true, .choices = "before_due|due_day|overdue|unassigned|in_status|timer_running"},
     kit::kFilter},
    {"hours", Type::integer, "How many hours before, or after.", {.min = 1, .max = 8760, .nullable = true}},
    {"at", Type::text, "The hour on the reader's clock: 09:00.", {.nullable = true, .check = check_clock}},
    {"repeat_hours",
     Type::integer,
     "Again after so many hours, while it waits or runs.",
     {.min = 1, .max = 8760, .nullable = true}},
    {"recipients",
     Type::texts,
     "Who, by their part in the job: assignee, creator, manager (of its department, else of the assignee's), "
     "team_lead, "
     "watchers; worker: whose timer runs.",
     {.min = 1, .max = 6, .required = true, .check = check_parts}},
    {"job_type_id", Type::uuid, "Only jobs of this type.", {.nullable = true}, kit::kFilter, "job_type"},
    {"job_status_id", Type::uuid, "Only jobs in this status.", {.nullable = true}, kit::kFilter, "job_status"},
    {"status_category",
     Type::choice,
     "Only jobs whose status counts as this.",
     {.nullable = true, .choices = "open|in_progress|blocked|review"}},
    {"job_priority_id", Type::uuid, "Only jobs of this priority.", {.nullable = true}, kit::kFilter, "job_priority"},
    {"department_id", Type::uuid, "Only jobs of this department.", {.nullable = true}, kit::kFilter, "department"},
    {"team_id", Type::uuid, "Only jobs of this team.", {.nullable = true}, kit::kFilter, "team"},
    {"heeds_quiet_hours",
     Type::boolean,
     "Waits until its reader's quiet hours and days off end.",
     {.fallback = "true"}},
    {"is_active", Type::boolean, "Reminds.", {.fallback = "true"}, kit::kFilter},
};

constexpr kit::Resource kRules{
    .name = "reminder-rules",
    .one = "reminder rule",
    .doc = "Who is reminded of what, and when.",
    .table = "reminder_rule",
    .view = "api.reminder_rule",
    .columns = kColumns,
    .allow = {.see = "organization.view",
              .create = "reminder_rule.manage",
              .change = "reminder_rule.manage",
              .remove = "reminder_rule.manage"},
    .scopes = {.team = "(exists (select 1 from department d where d.id = r.department_id and d.manager_user_id = $2)"
                       " or exists (select 1 from team t where t.id = r.team_id and t.lead_user_id = $2))",
               .own = "true"},
    .order = "name",
    .before_write = check_rule,
    .example = R"({"name": "Two hours before dawn work is due", "trigger": "before_due", "hours": 2,
"recipients": ["assignee", "watchers"], "team_id": "@teams", "heeds_quiet_hours": false, "is_active": true})"};

constexpr Field kHorizon[] = {
    {"hours", Type::integer, "How far to look ahead.", {.min = 1, .max = 168, .fallback = "24"}},
    {"limit", Type::integer, "How many at most.", {.min = 1, .max = 200, .fallback = "100"}},
};
constexpr Field kForeseen[] = {
    {"user_id", Type::uuid, "Who."},
    {"user_name", Type::text, "That person's name."},
    {"job_id", Type::uuid, "Of which job."},
    {"key", Type::text, "The job's short name."},
    {"title", Type::text, "What is to be done."},
    {"roles", Type::texts, "Their parts in it."},
    {"due_at", Type::timestamp, "The moment that the rule means."},
    {"send_at", Type::timestamp, "When they would be told.", {.nullable = true}},
    {"outcome", Type::choice, "What would happen.", {.choices = "told|held|not_told"}},
    {"why", Type::text, "Why, or why not."},
};
constexpr std::string_view kForeseenExample =
    R"({"user_id":"@users","user_name":"Nils Holm","job_id":"@jobs","key":"JOB-12","title":"Replace the pump in hall 3","roles":["assignee"],
"due_at":"2026-03-03T15:00:00+00:00","send_at":"2026-03-04T06:00:00+00:00","outcome":"held","why":"assignee of it; held until quiet hours or days off end"})";

int number_in(const Request& request, const Field& field) {
    const auto given = request.argument(field.name).value_or(field.rules.fallback);
    int number = 0;
    const auto [end, failure] = std::from_chars(given.data(), given.data() + given.size(), number);
    if (failure != std::errc{} || end != given.data() + given.size() || number < field.rules.min ||
        number > field.rules.max)
        throw core::schema::wrong(Code::validation, std::string(field.name),
                                  "expected a number from " + std::to_string(static_cast<int>(field.rules.min)) +
                                      " to " + std::to_string(static_cast<int>(field.rules.max)) + ", got \"" +
                                      std::string(given) + '"');
    return number;
}

Response preview(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto& id = request.parameter("id");
    const int hours = number_in(request, kHorizon[0]), limit = number_in(request, kHorizon[1]);
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kRules, caller, id, "reminder_rule.manage");
    const auto now = std::chrono::system_clock::now();
    const auto rows = tx.run(domain::reminders::sql::preview, caller.organization, id, now,
                             now + std::chrono::hours(hours), kit::user_of(caller), limit);
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    auto routes = kit::routes_of(kRules, services);
    for (const auto* method : {"GET", "POST"})
        routes.push_back({method,
                          "/api/v1/reminder-rules/{id}/preview",
                          "reminder_rule.manage",
                          "Who would be reminded of what, when and why, or why not; nothing is sent.",
                          {},
                          kit::bound(services, preview),
                          {.shape = {"ForeseenReminder", kForeseen, kForeseenExample}, .is_list = true},
                          kit::kNothing,
                          kHorizon,
                          std::string_view(method) == "GET" ? "previewReminderRule" : "tryReminderRule"});
    return routes;
}

}  // namespace nightshift::api::reminders
