#include "api/jobs/parts.h"

#include <algorithm>

#include "api/jobs/jobs.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/jobs/sql.h"

namespace nightshift::api::jobs {
namespace {

using core::Code;
using core::Error;
using core::schema::Type;
using kit::Change;
using kit::Column;
namespace json = core::json;
namespace sql = domain::jobs::sql;

void add_to_job(const Change& change) {
    if (change.before == nullptr) hold_job(change, json::text_in(change.body, "job_id"));
    stay_with_job(change);
}

/// An item goes to another checklist of the same job only.
void place_item(const Change& change) {
    const auto to = json::text_in(change.body, "checklist_id");
    if (to.empty() || (change.before != nullptr && to == json::text_in(*change.before, "checklist_id"))) return;
    const auto checklist = kit::show(change.tx, kChecklists, change.caller, to);
    const auto job = json::text_in(json::parse_object(checklist.text), "job_id");
    if (change.before != nullptr) {
        if (job != json::text_in(*change.before, "job_id"))
            throw Error(Code::conflict, "checklist_id: an item stays with its job; that checklist is of another one");
        return;
    }
    if (hold_job(change, job) == "done")
        throw Error(Code::conflict, "the job is done; open it again before you add to its checklists");
    change.body["job_id"] = job;
}

void write_item(const Change& change) {
    place_item(change);
    const auto* given = change.body.if_contains("is_completed");
    if (given == nullptr) return;
    const bool is_done = given->as_bool();  // by value: what is written into the body below may move its members
    const bool was = change.before != nullptr && change.before->at("is_completed").as_bool();
    if (is_done == was && change.before != nullptr) return;
    if (was && hold_job(change, json::text_in(*change.before, "job_id")) == "done")
        throw Error(Code::conflict, "the job is done; open it again before you open what is on its checklists");
    change.body["completed_at"] =
        is_done ? json::value(core::time::rfc3339(std::chrono::system_clock::now())) : json::value(nullptr);
    change.body["completed_by_user_id"] =
        is_done && !change.caller.user.empty() ? json::value(change.caller.user) : json::value(nullptr);
}

void write_comment(const Change& change) {
    stay_with_job(change);
    if (change.before != nullptr) {
        if (json::text_in(*change.before, "user_id") != change.caller.user)
            throw Error(Code::forbidden, "a comment is changed by who wrote it");
        return;
    }
    hold_job(change, json::text_in(change.body, "job_id"));
    if (change.caller.user.empty()) throw Error(Code::forbidden, "a comment is somebody's: sign in as a person");
    change.body["user_id"] = change.caller.user;
}

void remove_comment(const Change& change) {
    if (json::text_in(*change.before, "user_id") != change.caller.user && !change.caller.may("job.delete"))
        throw Error(Code::forbidden, "a comment is deleted by who wrote it, or by who may delete jobs");
}

constexpr std::string_view kJobOwn =
    "exists (select 1 from job j where j.id = r.job_id and (j.created_by_user_id = $2 or j.assigned_to_user_id = $2"
    " or exists (select 1 from job_watcher w where w.job_id = j.id and w.user_id = $2)))";
constexpr kit::Scopes kOfJob{.own = kJobOwn};

constexpr Column kJob{"job_id", Type::uuid, "The job it belongs to.", {.required = true}, kit::kFilter, "job"};
constexpr Column kOrder{
    "display_order", Type::integer, "Where it stands.", {.min = 0, .max = 100000, .fallback = "0"}, kit::kSort};

constexpr Column kChecklistColumns[] = {
    kJob,
    {"title", Type::text, "What the list is for.", {.min = 1, .max = 200, .required = true}, kit::kSearch},
    {"description", Type::text, "More on it.", {.max = 2000, .nullable = true}},
    kOrder,
    {"item_count", Type::integer, "How many items it has.", {.required = true, .server = true}},
    {"completed_count", Type::integer, "How many of them are done.", {.required = true, .server = true}},
};
constexpr Column kItemColumns[] = {
    {"checklist_id", Type::uuid, "The checklist it is on.", {.required = true}, kit::kFilter, "checklist"},
    {"job_id", Type::uuid, "The job of that checklist.", {.required = true, .server = true}, kit::kFilter},
    {"description", Type::text, "What is to be done.", {.min = 1, .max = 1000, .required = true}, kit::kSearch},
    kOrder,
    {"is_completed", Type::boolean, "Done.", {.fallback = "false"}, kit::kFilter},
    {"assigned_to_user_id", Type::uuid, "Who does it.", {.nullable = true}, kit::kFilter, "app_user"},
    {"completed_at", Type::timestamp, "When it was done.", {.server = true}},
    {"completed_by_user_id", Type::uuid, "Who did it.", {.server = true}, kit::kFilter},
};
constexpr Column kCommentColumns[] = {
    kJob,
    {"user_id", Type::uuid, "Who said it.", {.required = true, .server = true}, kit::kFilter},
    {"user_name", Type::text, "That person's name.", {.server = true}},
    {"content",
     Type::text,
     "What was said; @name tells that person.",
     {.min = 1, .max = 20000, .required = true},
     kit::kSearch},
    {"is_internal", Type::boolean, "Not for who asked from outside.", {.fallback = "false"}, kit::kFilter},
};

bool is_name(char c) {
    return (std::isalnum(static_cast<unsigned char>(c)) != 0) || c == '.' || c == '_' || c == '-' || c == '+' ||
           c == '@';
}

}  // namespace

std::string hold_job(const Change& change, const std::string& job) {
    kit::show(change.tx, kJobs, change.caller, job);
    change.tx.run(sql::job_lock, change.caller.organization, job);
    const auto found = change.tx.run(sql::job_category, change.caller.organization, job);
    if (found.empty()) throw Error(Code::not_found, "no such job: " + job);
    return std::string(found.text(0, 0));
}

void stay_with_job(const Change& change) {
    if (change.before == nullptr || !change.body.contains("job_id")) return;
    if (json::text_in(change.body, "job_id") != json::text_in(*change.before, "job_id"))
        throw Error(Code::conflict, "job_id: this stays with its job; make another one there");
}

constinit const kit::Resource kChecklists{
    .name = "checklists",
    .one = "checklist",
    .doc = "Lists of what a job takes.",
    .table = "checklist",
    .view = "api.checklist",
    .columns = kChecklistColumns,
    .allow = {.see = "job.view",
              .create = "checklist.update",
              .change = "checklist.update",
              .remove = "checklist.update"},
    .scopes = kOfJob,
    .order = "display_order",
    .before_write = add_to_job,
    .example = R"({"job_id": "@jobs", "title": "Before leaving", "display_order": 1,
"item_count": 2, "completed_count": 1})"};
constinit const kit::Resource kChecklistItems{.name = "checklist-items",
                                              .one = "checklist item",
                                              .doc = "Items of checklists.",
                                              .table = "checklist_item",
                                              .view = "api.checklist_item",
                                              .columns = kItemColumns,
                                              .allow = {.see = "job.view",
                                                        .create = "checklist.update",
                                                        .change = "checklist.update",
                                                        .remove = "checklist.update"},
                                              .scopes = kOfJob,
                                              .order = "display_order",
                                              .before_write = write_item,
                                              .example = R"({"checklist_id": "@checklists", "job_id": "@jobs",
"description": "Switch off the generator", "display_order": 1})"};
constinit const kit::Resource kComments{
    .name = "comments",
    .one = "comment",
    .doc = "What was said about jobs.",
    .table = "comment",
    .view = "api.comment",
    .columns = kCommentColumns,
    .allow = {.see = "job.view", .create = "comment.create", .change = "comment.create", .remove = "comment.create"},
    .scopes = kOfJob,
    .before_write = write_comment,
    .before_remove = remove_comment,
    .example =
        R"({"job_id": "@jobs", "user_id": "@users", "user_name": "Ada Admin", "content": "The spare part has come.",
"is_internal": false})"};

Mentions mentions_of(core::pg::Transaction& tx, const std::string& organization, std::string_view content) {
    Mentions mentions;
    constexpr std::size_t kMost = 50;
    for (auto at = content.find('@');
         at != std::string_view::npos && mentions.users.size() + mentions.unresolved.size() < kMost;
         at = content.find('@', at + 1)) {
        if (at > 0 && is_name(content[at - 1])) continue;  // an address in the text is no mention
        auto end = at + 1;
        while (end < content.size() && is_name(content[end])) ++end;
        auto name = content.substr(at + 1, end - at - 1);
        while (name.ends_with('.') || name.ends_with('-') || name.ends_with('@')) name.remove_suffix(1);
        if (name.empty()) continue;
        const auto found = tx.run(sql::mention_find, organization, name);
        auto& list = found.size() == 1 ? mentions.users : mentions.unresolved;
        const auto one = found.size() == 1 ? std::string(found.text(0, 0)) : std::string(name);
        if (std::ranges::find(list, one) == list.end()) list.push_back(one);
    }
    return mentions;
}

}  // namespace nightshift::api::jobs
