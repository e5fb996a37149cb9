// What answers about jobs look like where they are no rows of a resource.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::jobs {

inline constexpr core::schema::Field kHistoryFields[] = {
    {"seq", core::schema::Type::integer, "Grows with each change of anything."},
    {"at", core::schema::Type::timestamp, "When."},
    {"actor", core::schema::Type::text, "Who: a person, a key, or the daemon."},
    {"actor_name", core::schema::Type::text, "That person's name.", {.nullable = true}},
    {"action", core::schema::Type::text, "created, changed, deleted ..."},
    {"subject", core::schema::Type::text, "Of what: job, comment, checklist ..."},
    {"subject_id", core::schema::Type::uuid, "Of which one."},
    {"changed", core::schema::Type::any, "Each changed field, before and after."},
    {"reason", core::schema::Type::text, "Why.", {.nullable = true}},
};
inline constexpr kit::Shape kHistory{
    "JobChange", kHistoryFields,
    R"({"seq":4711,"at":"2026-03-02T09:30:00.123456+00:00","actor":"user:@users","actor_name":"Ada Admin","action":"update","subject":"job",
"subject_id":"@jobs","changed":{"title":["Replace the pump","Replace the pump in hall 3"]},"reason":null})"};

inline constexpr core::schema::Field kDetailsFields[] = {
    {"job", core::schema::Type::object, "The job."},
    {"job_type", core::schema::Type::object, "Its type."},
    {"job_status", core::schema::Type::object, "Its status."},
    {"job_priority", core::schema::Type::object, "Its priority."},
    {"created_by", core::schema::Type::object, "Who asked for it."},
    {"assigned_to", core::schema::Type::object, "Who works on it.", {.nullable = true}},
    {"department", core::schema::Type::object, "The department it belongs to.", {.nullable = true}},
    {"team", core::schema::Type::object, "The team it belongs to.", {.nullable = true}},
    {"comments", core::schema::Type::array, "What was said, oldest first."},
    {"attachments", core::schema::Type::array, "Its files."},
    {"checklists", core::schema::Type::array, "Its checklists with their items."},
    {"time_logs", core::schema::Type::array, "Time worked on it."},
    {"tags", core::schema::Type::array, "Its tags."},
    {"history", core::schema::Type::array, "The latest 200 changes."},
};
inline constexpr kit::Shape kDetails{"JobDetails", kDetailsFields};

inline constexpr core::schema::Field kMentionFields[] = {
    {"mentioned_user_ids", core::schema::Type::texts, "Who was mentioned, and told."},
    {"unresolved_mentions", core::schema::Type::texts, "Mentions that mean nobody, or several."},
};

inline constexpr core::schema::Field kTagOfJobFields[] = {
    {"id", core::schema::Type::uuid, "The tag."},
    {"name", core::schema::Type::text, "What it says."},
    {"color", core::schema::Type::text, "As #RRGGBB.", {.nullable = true}},
};
inline constexpr kit::Shape kTagOfJob{"TagOfJob", kTagOfJobFields,
                                      R"({"id":"@tags","name":"night work","color":"#1A237E"})"};

inline constexpr core::schema::Field kMovesFields[] = {
    {"job_status_id", core::schema::Type::uuid, "The status moved from."},
    {"is_explicit", core::schema::Type::boolean,
     "It has a list of its own; otherwise the matrix of categories counts."},
    {"allowed", core::schema::Type::array, "The statuses to move to: id, status, name, category."},
};
inline constexpr kit::Shape kMoves{
    "StatusMoves", kMovesFields,
    R"({"job_status_id":"@job-statuses","is_explicit":false,"allowed":[{"id":"@done-statuses","status":"completed","name":"Completed","category":"done"}]})"};

inline constexpr core::schema::Field kDashboardFields[] = {
    {"job_counts_by_status", core::schema::Type::object, "How many in each status, by its short name."},
    {"total_jobs", core::schema::Type::integer, "All jobs."},
    {"open_jobs", core::schema::Type::integer, "Those that are neither done nor cancelled."},
    {"my_jobs", core::schema::Type::integer, "The open ones given to the person."},
    {"overdue_count", core::schema::Type::integer, "Those past their due date."},
    {"overdue_jobs", core::schema::Type::array, "The 20 of them that wait longest."},
    {"due_within_24h_count", core::schema::Type::integer, "Those that are due within a day."},
    {"due_within_24h", core::schema::Type::array, "The next 20 of them."},
    {"assigned_summary", core::schema::Type::object,
     "What is given to the person: total, open, overdue, due_within_24h, completed, by_priority."},
    {"recent_activity", core::schema::Type::array, "The latest 20 changes."},
    {"team_performance",
     core::schema::Type::array,
     "How people did in the last 30 days; null for who may not see it.",
     {.nullable = true}},
    {"unread_notifications", core::schema::Type::integer, "What the person has not read yet."},
};
inline constexpr kit::Shape kDashboard{
    "Dashboard", kDashboardFields,
    R"({"job_counts_by_status":{"open":31,"in_progress":26,"completed":355},"total_jobs":412,"open_jobs":57,"my_jobs":4,
"overdue_count":1,"overdue_jobs":[{"id":"@jobs","key":"JOB-12","title":"Replace the pump in hall 3","due_date":"2026-03-02T17:00:00+00:00",
"assigned_to_user_id":"@users","status":"on_the_way","priority":"before_dawn"}],"due_within_24h_count":0,"due_within_24h":[],
"assigned_summary":{"total":6,"open":4,"overdue":1,"due_within_24h":0,"completed":2,"by_priority":{"before_dawn":4}},"recent_activity":[],
"team_performance":[{"user_id":"@users","name":"Ada Admin","assigned":6,"completed":2,"on_time":2,"overdue":1}],"unread_notifications":2})"};

inline constexpr core::schema::Field kBulkFields[] = {
    {"id", core::schema::Type::uuid, "To ask how far it is; null when all was done at once.", {.nullable = true}},
    {"action", core::schema::Type::text, "What is done with each job."},
    {"dry_run", core::schema::Type::boolean, "Nothing is changed; only told."},
    {"run_id", core::schema::Type::uuid, "The run that does it; null when all was done at once.", {.nullable = true}},
    {"state", core::schema::Type::text, "The run's state; succeeded when all was done at once."},
    {"reason", core::schema::Type::text, "Why.", {.nullable = true}},
    {"matched", core::schema::Type::integer, "How many jobs are meant."},
    {"changed", core::schema::Type::integer, "How many are, or on a dry run would be, changed."},
    {"unchanged", core::schema::Type::integer, "How many are as wanted already."},
    {"refused", core::schema::Type::integer, "How many a rule or permission keeps from it."},
    {"waiting", core::schema::Type::integer, "How many nothing has come of yet."},
    {"created_at", core::schema::Type::timestamp, "When it was asked for."},
    {"results", core::schema::Type::array, "Of each job: id, key, outcome, and changes or error."},
};
inline constexpr kit::Shape kBulkChange{
    "BulkChange", kBulkFields,
    R"({"id":null,"action":"priority","dry_run":true,"run_id":null,"state":"succeeded","reason":null,"matched":1,"changed":1,"unchanged":0,
"refused":0,"waiting":0,"created_at":"2026-03-02T09:30:00Z","results":[{"id":"@jobs","key":"JOB-12","outcome":"changed",
"changes":{"priority":["normal","before_dawn"]}}]})"};

}  // namespace nightshift::api::jobs
