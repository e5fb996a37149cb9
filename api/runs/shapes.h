// What answers about runs look like.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::runs {

using core::schema::Type;

inline constexpr core::schema::Rules kMaybe{.nullable = true};
inline constexpr core::schema::Rules kState{
    .choices = "scheduled|ready|dispatched|running|waiting|succeeded|dead|cancelled|expired|skipped"};

inline constexpr core::schema::Field kProgressFields[] = {
    {"share", Type::number, "How much of it is done, from 0 to 1."},
    {"note", Type::text, "What it is at."},
    {"at", Type::timestamp, "When it said so."},
};
inline constexpr core::schema::Field kAttemptFields[] = {
    {"epoch", Type::integer, "Which claim of the run it was."},
    {"attempt", Type::integer, "Which attempt it was."},
    {"incarnation", Type::uuid, "The process that worked on it.", kMaybe},
    {"started_at", Type::timestamp, "When it began.", kMaybe},
    {"ended_at", Type::timestamp, "When it ended."},
    {"outcome", Type::text, "How it ended: retry, dead, crashed, interrupted ..."},
    {"error_class", Type::text, "The kind of failure.", kMaybe},
    {"error_message", Type::text, "What went wrong.", kMaybe},
    {"evidence", Type::text, "What a crashed process last wrote.", kMaybe},
};
inline constexpr core::schema::Field kEventFields[] = {
    {"at", Type::timestamp, "When."},
    {"actor", Type::text, "Who: a person, a key, or the daemon."},
    {"event", Type::text, "What happened."},
    {"detail", Type::any, "What there is to say about it."},
};
inline constexpr core::schema::Field kRunFields[] = {
    {"id", Type::uuid, "Its id."},
    {"kind", Type::text, "Which kind of run."},
    {"queue", Type::text, "The queue it is in."},
    {"state", Type::choice, "Where it is in its life.", kState},
    {"priority", Type::integer, "Band 0 (first) to 4 (last)."},
    {"epoch", Type::integer, "How often it was claimed."},
    {"attempt", Type::integer, "How many attempts it took."},
    {"max_attempts", Type::integer, "How many it may take."},
    {"crashes", Type::integer, "How often its process died."},
    {"created_at", Type::timestamp, "When it was submitted."},
    {"ready_at", Type::timestamp, "From when on it may start.", kMaybe},
    {"dispatched_at", Type::timestamp, "When it was admitted.", kMaybe},
    {"started_at", Type::timestamp, "When work began.", kMaybe},
    {"finished_at", Type::timestamp, "When it ended.", kMaybe},
    {"incarnation", Type::uuid, "The process that works on it, or did last.", kMaybe},
    {"unique_key", Type::text, "At most one live run has this key.", kMaybe},
    {"concurrency_key", Type::text, "What its limit at once is counted by.", kMaybe},
    {"timeout_ms", Type::integer, "The time limit of an attempt.", kMaybe},
    {"schedule_id", Type::uuid, "The schedule that made it.", kMaybe},
    {"redriven_from", Type::uuid, "The ended run that it repeats.", kMaybe},
    {"origin", Type::text, "Where it came from: api, schedule, trigger ...", kMaybe},
    {"cancel_requested_at", Type::timestamp, "When it was asked to stop.", kMaybe},
    {"args", Type::any, "Its arguments."},
    {"result", Type::any, "What it gave."},
    {"error_class", Type::text, "The kind of failure.", kMaybe},
    {"error_message", Type::text, "What went wrong.", kMaybe},
    {"fingerprint", Type::text, "The shape of its failure.", kMaybe},
    {"progress", Type::object, "How far it is.", {.nullable = true, .fields = kProgressFields}},
    {"attempts", Type::array, "Attempts that did not succeed.", {.fields = kAttemptFields}},
    {"events", Type::array, "Everything unusual in its life.", {.fields = kEventFields}},
    {"waits_for", Type::texts, "Ids of the runs that must succeed first."},
};
inline constexpr core::schema::Field kRunLineFields[] = {
    {"id", Type::uuid, "Its id."},
    {"kind", Type::text, "Which kind of run."},
    {"queue", Type::text, "The queue it is in."},
    {"state", Type::choice, "Where it is in its life.", kState},
    {"priority", Type::integer, "Band 0 (first) to 4 (last)."},
    {"epoch", Type::integer, "How often it was claimed."},
    {"attempt", Type::integer, "How many attempts it took."},
    {"max_attempts", Type::integer, "How many it may take."},
    {"created_at", Type::timestamp, "When it was submitted."},
    {"ready_at", Type::timestamp, "From when on it may start.", kMaybe},
    {"started_at", Type::timestamp, "When work began.", kMaybe},
    {"finished_at", Type::timestamp, "When it ended.", kMaybe},
    {"error_class", Type::text, "The kind of failure.", kMaybe},
    {"error_message", Type::text, "What went wrong.", kMaybe},
};
inline constexpr core::schema::Field kSubmittedFields[] = {
    {"id", Type::uuid, "The run's id."},
    {"created", Type::boolean, "False: a live run holds its unique key; this is that one."},
};
inline constexpr core::schema::Field kSubmittedManyFields[] = {
    {"runs", Type::array, "One for each submission, in their order.", {.fields = kSubmittedFields}}};
inline constexpr core::schema::Field kReasonsFields[] = {
    {"id", Type::uuid, "The run's id."},
    {"state", Type::choice, "Where it is in its life.", kState},
    {"reasons", Type::texts, "What is in the way, in the order in which it would have to go away."},
};

inline constexpr core::schema::Field kRefusedFields[] = {
    {"id", Type::uuid, "The run's id."},
    {"error", Type::text, "The error's code."},
    {"message", Type::text, "Why it could not be done."},
};
inline constexpr core::schema::Field kActedOnFields[] = {
    {"action", Type::choice, "What was to be done.", {.choices = "cancel|retry"}},
    {"dry_run", Type::boolean, "Nothing was done: only counted."},
    {"matched", Type::integer, "How many match, counted no further than 10,000."},
    {"changed", Type::integer, "To how many it was done."},
    {"refused", Type::array, "Those to which it could not be done.", {.fields = kRefusedFields}},
    {"remaining", Type::integer, "How many of them are left for another call."},
};

inline constexpr kit::Shape kActedOn{
    "RunsActedOn", kActedOnFields,
    R"({"action":"cancel","dry_run":true,"matched":0,"changed":0,"refused":[],"remaining":0})"};
inline constexpr kit::Shape kRun{
    "Run", kRunFields,
    R"({"id":"@runs","kind":"diagnostic.echo","queue":"default","state":"succeeded","priority":2,"epoch":1,"attempt":1,"max_attempts":8,
"crashes":0,"created_at":"2026-03-02T09:30:00.123456+00:00","ready_at":"2026-03-02T09:30:00.123456+00:00","dispatched_at":"2026-03-02T09:30:00.124711+00:00",
"started_at":"2026-03-02T09:30:00.125902+00:00","finished_at":"2026-03-02T09:30:00.127356+00:00","incarnation":"@workers","unique_key":null,
"concurrency_key":null,"timeout_ms":300000,"schedule_id":null,"redriven_from":null,"origin":"api","cancel_requested_at":null,"args":{"say":"hello"},
"result":"hello","error_class":null,"error_message":null,"fingerprint":null,"progress":null,"attempts":[],"events":[],"waits_for":[]})"};
inline constexpr kit::Shape kRunLine{
    "RunLine", kRunLineFields,
    R"({"id":"@runs","kind":"diagnostic.echo","queue":"default","state":"succeeded","priority":2,"epoch":1,"attempt":1,"max_attempts":8,
"created_at":"2026-03-02T09:30:00.123456+00:00","ready_at":"2026-03-02T09:30:00.123456+00:00","started_at":"2026-03-02T09:30:00.125902+00:00",
"finished_at":"2026-03-02T09:30:00.127356+00:00","error_class":null,"error_message":null})"};
inline constexpr kit::Shape kSubmittedMany{"SubmittedRuns", kSubmittedManyFields,
                                           R"({"runs":[{"id":"@runs","created":true}]})"};
inline constexpr kit::Shape kReasons{"RunReasons", kReasonsFields,
                                     R"({"id":"@runs","state":"succeeded","reasons":["it ended as succeeded"]})"};

}  // namespace nightshift::api::runs
