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

inline constexpr core::schema::Field kDashboardFields[] = {
    {"total_jobs", core::schema::Type::integer, "All jobs."},
    {"open_jobs", core::schema::Type::integer, "Those that are not done."},
    {"my_jobs", core::schema::Type::integer, "The caller's open ones."},
    {"overdue_jobs", core::schema::Type::integer, "Those past their due date."},
    {"by_status", core::schema::Type::object, "How many in each status, by its short name."},
    {"unread_notifications", core::schema::Type::integer, "What the caller has not read yet."},
};
inline constexpr kit::Shape kDashboard{
    "Dashboard", kDashboardFields,
    R"({"total_jobs":412,"open_jobs":57,"my_jobs":4,"overdue_jobs":9,"by_status":{"open":31,"in_progress":26,"completed":355},
"unread_notifications":2})"};

}  // namespace nightshift::api::jobs
