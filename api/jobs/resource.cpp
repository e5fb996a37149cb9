// The resource of jobs: its columns and the rules a column can't say. SPEC 2, Rules.
#include "api/jobs/jobs.h"

#include <algorithm>

#include "api/jobs/moves.h"
#include "api/jobs/parts.h"
#include "core/error/error.h"
#include "core/text/list.h"
#include "core/time/time.h"
#include "domain/jobs/numbers.h"
#include "domain/jobs/sql.h"
#include "domain/notifications/sql.h"

namespace nightshift::api::jobs {
namespace {

using core::Code;
using core::Error;
using core::schema::Type;
using kit::Change;
using kit::Column;
namespace json = core::json;
namespace sql = domain::jobs::sql;

constexpr Column kColumns[] = {
    {"key",
     Type::text,
     "Its short name: WEB-12.",
     {.required = true, .server = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"title", Type::text, "What is to be done.", {.min = 1, .max = 300, .required = true}, kit::kSort | kit::kSearch},
    {"description", Type::text, "All there is to say.", {.max = 20000, .nullable = true}, kit::kSearch},
    {"job_type_id", Type::uuid, "Its type; the first active one when not given.", {}, kit::kFilter, "job_type"},
    {"job_status_id", Type::uuid, "Its status; the default one when not given.", {}, kit::kFilter, "job_status"},
    {"job_priority_id", Type::uuid, "Its priority; the normal one when not given.", {}, kit::kFilter, "job_priority"},
    {"type", Type::text, "The type's name.", {.required = true, .server = true}, kit::kFilter},
    {"class", Type::text, "job or ticket.", {.required = true, .server = true}, kit::kFilter},
    {"status", Type::text, "The status's short name.", {.required = true, .server = true}, kit::kFilter},
    {"status_name", Type::text, "The status's name.", {.required = true, .server = true}},
    {"status_category", Type::text, "What the status counts as.", {.required = true, .server = true}, kit::kFilter},
    {"priority", Type::text, "The priority's short name.", {.required = true, .server = true}, kit::kFilter},
    {"priority_level",
     Type::integer,
     "The priority's level.",
     {.required = true, .server = true},
     kit::kFilter | kit::kSort},
    {"created_by_user_id", Type::uuid, "Who asked for it; the caller when not given.", {}, kit::kFilter, "app_user"},
    {"assigned_to_user_id", Type::uuid, "Who works on it.", {.nullable = true}, kit::kFilter, "app_user"},
    {"assigned_to_name", Type::text, "That person's name.", {.server = true}},
    {"department_id", Type::uuid, "The department it belongs to.", {.nullable = true}, kit::kFilter, "department"},
    {"team_id", Type::uuid, "The team it belongs to.", {.nullable = true}, kit::kFilter, "team"},
    {"scheduled_start",
     Type::timestamp,
     "When work is to begin; not in the past.",
     {.nullable = true},
     kit::kFilter | kit::kSort},
    {"scheduled_end",
     Type::timestamp,
     "When work is to end; after its start.",
     {.nullable = true},
     kit::kFilter | kit::kSort},
    {"due_date", Type::timestamp, "When it must be done.", {.nullable = true}, kit::kFilter | kit::kSort},
    {"estimated_hours",
     Type::number,
     "How long it should take.",
     {.min = 0, .max = 100000, .nullable = true},
     kit::kSort},
    {"actual_hours", Type::number, "How long was worked on it, by the time logs.", {.server = true}},
    {"is_overdue", Type::boolean, "Past its due date and not done.", {.required = true, .server = true}, kit::kFilter},
    {"overdue_since", Type::timestamp, "Since when it is overdue.", {.nullable = true, .server = true}},
    {"started_at", Type::timestamp, "When work began.", {.server = true}},
    {"completed_at", Type::timestamp, "When it was done.", {.server = true}, kit::kFilter | kit::kSort},
    {"is_archived",
     Type::boolean,
     "Put away, long after it was closed; lists leave it out unless asked.",
     {.server = true},
     kit::kFilter},
    {"archived_at", Type::timestamp, "When it was put away.", {.server = true}},
};

constexpr kit::Filter kFilters[] = {
    {"assignee", "Who works on it; me: the caller; null: nobody.", "assigned_to_user_id"},
    {"creator", "Who asked for it.", "created_by_user_id"},
    {"department", "The department it belongs to.", "department_id"},
    {"team", "The team it belongs to.", "team_id"},
    {"overdue", "Past its due date and not done.", "is_overdue"},
    {"archived", "Put away; true,false for all.", "is_archived"},
    {"tag",
     "A tag on it, by id or name.",
     {},
     "exists (select 1 from job_tag jt join tag t on t.id = jt.tag_id and t.deleted_at is null where jt.job_id = r.id"
     " and (t.id::text = any(?) or lower(t.name) = any(select lower(x) from unnest(?) x)))"},
};

constexpr kit::Scopes kScopes{
    .team =
        "(r.created_by_user_id = $2 or r.assigned_to_user_id = $2 or exists (select 1 from department d where d.id = "
        "r.department_id and d.manager_user_id = $2)"
        " or exists (select 1 from team t where t.id = r.team_id and t.lead_user_id = $2)"
        " or exists (select 1 from app_user u where u.id = $2 and u.department_id = r.department_id))",
    .own =
        "(r.created_by_user_id = $2 or r.assigned_to_user_id = $2"
        " or exists (select 1 from job_watcher w where w.job_id = r.id and w.user_id = $2))"};

constexpr kit::Constraint kConstraints[] = {
    {"job_ends_after_start", Code::rule, "scheduled_end", "is not after scheduled_start"},
};

/// Somebody else is named as the one who asked only by who manages people. SEEDS.md C-12.
void check_creator(const Change& change) {
    const auto creator = json::text_in(change.body, "created_by_user_id");
    if (!creator.empty() && creator != change.caller.user && change.caller.reach("job.delete") == kit::Reach::none)
        throw Error(Code::forbidden, "created_by_user_id: you may only name yourself");
}

[[noreturn]] void broken(const std::string& field, const std::string& message) {
    throw core::schema::wrong(Code::rule, field, message);
}

/// Scheduled dates are for what is to come; five minutes are forgiven. SEEDS.md C-35.
void check_schedule(const Change& change) {
    const auto now = std::chrono::system_clock::now();
    for (const auto* name : {"scheduled_start", "scheduled_end"}) {
        const auto given = json::text_in(change.body, name);
        if (given.empty()) continue;
        const auto moment = core::time::parse_rfc3339(given);
        if (moment && *moment < now - std::chrono::minutes(5)) broken(name, "is in the past");
    }
}

/// What is switched off stays where it is, but is not taken anew: nobody who has left gets work.
void check_active(const Change& change) {
    constexpr std::string_view kNames[] = {"job_type_id", "job_status_id", "job_priority_id", "assigned_to_user_id"};
    std::vector<core::pg::Value> values{change.caller.organization};
    bool any = false;
    for (const auto name : kNames) {
        const auto to = json::text_in(change.body, name);
        const bool anew = !to.empty() && to != json::text_in(*change.before, name);
        values.emplace_back(anew ? core::pg::Value(to) : core::pg::Value(nullptr));
        any = any || anew;
    }
    if (!any) return;
    if (const auto off = change.tx.run_with(sql::job_switched_off, values); !off.empty())
        broken(std::string(off.text(0, 0)), "this one is not active");
}

[[noreturn]] void illegal(const Change& change, const std::string& from, const std::string& to) {
    const auto id = json::text_in(*change.before, "job_status_id");
    throw Error(Code::conflict, "job_status_id: from " + from + " a job does not go to " + to,
                json::text(json::object{{"allowed", moves_of(change.tx, change.caller.organization, id).shown()}}));
}

/// Everything on the lists is done first, on every way into a done status. SEEDS.md C-29.
void guard_completion(const Change& change) {
    const auto open = change.tx.run(sql::completion_guard, change.id);
    if (open.empty()) return;
    json::array items;
    for (std::size_t i = 0; i < open.size(); ++i)
        items.push_back(json::object{{"id", open.text(i, 0)}, {"description", open.text(i, 1)}});
    throw Error(Code::conflict, std::to_string(open.size()) + " checklist item(s) are still open",
                json::text(json::object{{"open_checklist_items", std::move(items)}}));
}

/// When it was done, and when work on it began, follow from what its status counts as.
void note_moments(const Change& change, std::string_view was, std::string_view becomes) {
    const auto now = [] { return core::time::rfc3339(std::chrono::system_clock::now()); };
    if (becomes == "done" && was != "done")
        change.body["completed_at"] = now();
    else if (becomes != "done" && was == "done")
        change.body["completed_at"] = nullptr;
    if (becomes == "in_progress" && (change.before == nullptr || json::text_in(*change.before, "started_at").empty()))
        change.body["started_at"] = now();
}

void move_status(const Change& change) {
    const auto to = json::text_in(change.body, "job_status_id");
    if (to.empty()) return;
    const auto from = json::text_in(*change.before, "job_status_id");
    if (from == to) {
        change.body.erase("job_status_id");
        return;
    }
    const auto found = change.tx.run(sql::status_move, change.caller.organization, from, to);
    if (found.empty()) return;  // no such status: the reference check says so
    if (!moves_of(change.tx, change.caller.organization, from).allow(to))
        illegal(change, std::string(found.text(0, 2)), std::string(found.text(0, 3)));
    if (found.text(0, 1) == "done") guard_completion(change);
    note_moments(change, found.text(0, 0), found.text(0, 1));
}

/// Where its type, status or priority is not said, the organization's own.
void fill_in(const Change& change) {
    constexpr std::string_view kNames[] = {"job_type_id", "job_status_id", "job_priority_id"};
    const auto is_missing = [&](std::string_view name) { return json::text_in(change.body, name).empty(); };
    if (std::ranges::none_of(kNames, is_missing)) return;
    const auto found = change.tx.run(sql::job_defaults, change.caller.organization);
    for (std::size_t i = 0; i < std::size(kNames); ++i) {
        if (!is_missing(kNames[i])) continue;
        if (found.is_null(0, i))
            throw Error(Code::rule, std::string(kNames[i]) + ": there is none to start with; make one first");
        change.body[kNames[i]] = std::string(found.text(0, i));
    }
}

/// Its key last, when nothing of what is looked at here stands against it: a number that is not used is lost.
void begin_job(const Change& change) {
    if (!change.body.contains("created_by_user_id")) {
        if (change.caller.user.empty())
            throw Error(Code::validation, "created_by_user_id: is required for a token of no person");
        change.body["created_by_user_id"] = change.caller.user;
    }
    fill_in(change);
    std::vector<core::pg::Value> values{change.caller.organization};
    for (const auto* name : {"job_type_id", "job_status_id", "job_priority_id"})
        values.emplace_back(json::text_in(change.body, name));
    const auto assignee = json::text_in(change.body, "assigned_to_user_id");
    values.push_back(assignee.empty() ? core::pg::Value(nullptr) : core::pg::Value(assignee));
    const auto found = change.tx.run_with(sql::job_new, values);
    if (!found.is_null(0, 2)) broken(std::string(found.text(0, 2)), "this one is not active");
    note_moments(change, "", found.text(0, 1));
    const std::string prefix(found.text(0, 0));
    change.body["key"] =
        prefix + "-" + std::to_string(change.services.numbers->next(change.caller.organization, prefix));
}

/// What has its own permission keeps it when it comes with other fields.
void check_permissions(const Change& change) {
    const auto require = [&](std::string_view field, std::string_view permission) {
        if (change.before == nullptr || !change.body.contains(field) ||
            json::text_in(change.body, field) == json::text_in(*change.before, field))
            return;
        try {
            kit::show(change.tx, kJobs, change.caller, change.id, permission);
        } catch (const Error&) {
            throw Error(Code::forbidden, std::string(field) + ": this needs the permission " + std::string(permission) +
                                             " for this job");
        }
    };
    require("job_status_id", "job.progress");
    require("assigned_to_user_id", "job.assign");
}

void before_write(const Change& change) {
    check_creator(change);
    check_schedule(change);
    check_permissions(change);
    if (change.before == nullptr) return begin_job(change);
    check_active(change);
    move_status(change);
}

void tell_one(const Change& change, const std::string& user, std::string_view type, const std::string& title) {
    if (!user.empty())
        change.tx.run(domain::notifications::sql::tell, change.caller.organization, std::vector<std::string>{user},
                      type, title, "", change.caller.user, change.id);
}

/// Who gets the work is told, and who had it.
void tell_assignees(const Change& change, const std::string& title) {
    if (!change.body.contains("assigned_to_user_id")) return;
    const auto to = json::text_in(change.body, "assigned_to_user_id");
    const auto from = change.before == nullptr ? std::string{} : json::text_in(*change.before, "assigned_to_user_id");
    if (to == from) return;
    tell_one(change, to, "job_assigned", "You work on: " + title);
    tell_one(change, from, "job_unassigned", "No longer yours: " + title);
}

void after_write(const Change& change) {
    const auto title =
        change.before == nullptr ? json::text_in(change.body, "title") : json::text_in(*change.before, "title");
    tell_assignees(change, title);
    if (change.before == nullptr || !change.body.contains("job_status_id")) return;
    const bool done = change.body.contains("completed_at") && !change.body.at("completed_at").is_null();
    tell(change.tx, change.caller, change.id, done ? "job_completed" : "job_status_changed",
         (done ? "Done: " : "Moved on: ") + title);
}

/// Nobody is left with a timer on what is no longer there.
void before_remove(const Change& change) {
    const auto timers = change.tx.run(sql::timers_running, change.caller.organization, change.id);
    for (std::size_t i = 0; i < timers.size(); ++i)
        change.tx.run(sql::timer_stop, change.caller.organization, timers.text(i, 0));
}

constexpr std::string_view kExample =
    R"({"key": "JOB-12", "title": "Replace the pump in hall 3", "description": "It loses oil.", "job_type_id": "@job-types",
"job_status_id": "@job-statuses", "job_priority_id": "@job-priorities", "type": "Night repair", "class": "job", "status": "on_the_way",
"status_name": "On the way", "status_category": "in_progress", "priority": "before_dawn", "priority_level": 9, "is_overdue": false,
"created_by_user_id": "@users", "department_id": "@departments", "team_id": "@teams", "due_date": "2030-03-05T17:00:00Z", "estimated_hours": 2.5})";

constexpr kit::Resource resource(std::string_view change_permission) {
    return {.name = "jobs",
            .one = "job",
            .doc = "Work that people do.",
            .table = "job",
            .view = "api.job",
            .columns = kColumns,
            .allow = {.see = "job.view", .create = "job.create", .change = change_permission, .remove = "job.delete"},
            .scopes = kScopes,
            .constraints = kConstraints,
            .order = "-created_at",
            .before_write = before_write,
            .after_write = after_write,
            .before_remove = before_remove,
            .filters = kFilters,
            .example = kExample};
}

}  // namespace

constinit const kit::Resource kJobs = resource("job.update");
constinit const kit::Resource kAssigning = resource("job.assign");
constinit const kit::Resource kProgressing = resource("job.progress");

void tell(core::pg::Transaction& tx, const kit::Caller& caller, const std::string& job, std::string_view type,
          const std::string& title) {
    const auto rows = tx.run(sql::job_people, job);
    const auto people = core::text::parts(rows.empty() ? std::string_view{} : rows.text(0, 0));
    if (!people.empty())
        tx.run(domain::notifications::sql::tell, caller.organization, people, type, title, "", caller.user, job);
}

kit::Shown change_job(core::pg::Transaction& tx, const kit::Resource& as, const kit::Services& services,
                      const kit::Caller& caller, const std::string& id, json::object body, std::string_view if_match) {
    return kit::change(tx, as, services, caller, id, body, if_match);
}

}  // namespace nightshift::api::jobs
