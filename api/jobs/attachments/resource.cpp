#include "api/jobs/attachments/resource.h"

#include "api/jobs/jobs.h"
#include "core/error/error.h"
#include "domain/attachments/sql.h"
#include "domain/jobs/sql.h"

namespace nightshift::api::jobs::attachments {
namespace {

using core::Code;
using core::Error;
using core::schema::Type;
using kit::Column;
namespace sql = domain::attachments::sql;

constexpr Column kColumns[] = {
    {"job_id", Type::uuid, "The job it belongs to.", {.server = true}, kit::kFilter},
    {"filename", Type::text, "As its sender called it.", {.server = true}, kit::kFilter | kit::kSort | kit::kSearch},
    {"content_type", Type::text, "What it is, by its content.", {.server = true}, kit::kFilter},
    {"size", Type::integer, "How many bytes it has.", {.server = true}, kit::kFilter | kit::kSort},
    {"sha256", Type::text, "The digest of its bytes.", {.server = true}, kit::kFilter},
    {"scan_state", Type::text, "clean, or unscanned where no virus scanner is asked.", {.server = true}, kit::kFilter},
    {"uploaded_by_user_id", Type::uuid, "Who sent it.", {.server = true}, kit::kFilter},
    {"uploaded_by_name", Type::text, "That person's name.", {.server = true}},
};

/// Who sent a file takes it back, and who may delete its job.
void check_removal(const kit::Change& change) {
    if (change.before->at("uploaded_by_user_id").as_string() == change.caller.user) return;
    try {
        kit::show(change.tx, kJobs, change.caller, std::string(change.before->at("job_id").as_string()), "job.delete");
    } catch (const Error&) {
        throw Error(Code::forbidden,
                    "this attachment is somebody else's: it needs the permission job.delete for its job");
    }
}

}  // namespace

// Seen as the job is seen.
constinit const kit::Resource kAttachments{
    .name = "attachments",
    .one = "attachment",
    .doc = "Files of jobs.",
    .table = "attachment",
    .view = "api.attachment",
    .columns = kColumns,
    .allow = {.see = "job.view", .remove = "attachment.create"},
    .scopes =
        {.team = "exists (select 1 from job j where j.id = r.job_id and (j.created_by_user_id = $2 or "
                 "j.assigned_to_user_id = $2 or exists (select 1 from department d where d.id = j.department_id and "
                 "d.manager_user_id = $2) or exists (select 1 from team t where t.id = j.team_id and t.lead_user_id = "
                 "$2) or exists (select 1 from app_user u where u.id = $2 and u.department_id = j.department_id)))",
         .own = "exists (select 1 from job j where j.id = r.job_id and (j.created_by_user_id = $2 or "
                "j.assigned_to_user_id = $2 or exists (select 1 from job_watcher w where w.job_id = j.id and w.user_id "
                "= $2)))"},
    .before_remove = check_removal,
    .example = R"({"job_id": "@jobs", "filename": "pump.txt", "content_type": "text/plain", "size": 19,
"sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "scan_state": "unscanned", "uploaded_by_name": "Ada Admin"})"};

domain::attachments::SignedAddress Desk::addresses() {
    const std::lock_guard lock(mutex_);
    if (key_.empty()) key_ = domain::attachments::signing_key(services.pool, rules.url_key);
    return domain::attachments::SignedAddress(key_);
}

void require_job(core::pg::Transaction& tx, const kit::Caller& caller, const std::string& job) {
    if (caller.user.empty()) throw Error(Code::forbidden, "a file is somebody's: sign in as a person");
    kit::show(tx, kJobs, caller, job);
    try {
        kit::show(tx, kJobs, caller, job, "attachment.create");
    } catch (const Error& problem) {
        if (problem.code() != Code::not_found) throw;
        throw Error(Code::forbidden, "this job is not yours to add files to");
    }
}

kit::Shown attach(core::pg::Transaction& tx, Desk& desk, const kit::Caller& caller, const std::string& id,
                  const Kept& file) {
    require_job(tx, caller, file.job);
    if (tx.run(domain::jobs::sql::job_lock, caller.organization, file.job).empty())
        throw Error(Code::not_found, "no such job: " + file.job);
    domain::attachments::require_room(tx, desk.rules, caller.organization, file.job, file.size);
    tx.run(sql::insert, id, caller.organization, file.job, caller.user, file.filename, file.examined.content_type,
           file.size, file.examined.sha256, file.key, file.examined.scan_state);
    tx.run(sql::sweep_begin, caller.organization);
    tell(tx, caller, file.job, "attachment_added", "A new file: " + file.filename);
    return kit::show(tx, kAttachments, caller, id);
}

}  // namespace nightshift::api::jobs::attachments
