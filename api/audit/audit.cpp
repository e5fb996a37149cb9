#include "api/audit/audit.h"

#include <algorithm>
#include <initializer_list>

#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/audit/sql.h"

namespace nightshift::api::audit {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Value;
using kit::Caller;
using kit::Services;
namespace sql = domain::audit::sql;

using core::schema::Field;
using core::schema::Type;
constexpr core::schema::Rules kMaybe{.nullable = true};

constexpr Field kAuditQuery[] = {
    {"subject", Type::text, "Only of this: job, comment, user ..."},
    {"subject_id", Type::uuid, "Only of this one."},
    {"actor", Type::text, "Only by this one: user:<id>, key:<id> ..."},
    {"user_id", Type::text, "Only by this person; me is the caller."},
    {"action", Type::text, "Only of this kind."},
    {"at_from", Type::timestamp, "From then on."},
    {"at_to", Type::timestamp, "Before then."},
};
constexpr Field kAuditFields[] = {
    {"seq", Type::integer, "Grows with each change of anything."},
    {"at", Type::timestamp, "When."},
    {"actor", Type::text, "Who: a person, a key, or the daemon."},
    {"actor_name", Type::text, "That person's name.", kMaybe},
    {"action", Type::text, "What was done."},
    {"subject", Type::text, "To what: job, comment, user ..."},
    {"subject_id", Type::uuid, "To which one."},
    {"parent_id", Type::uuid, "What it belongs to.", kMaybe},
    {"changed", Type::any, "Each changed field, before and after."},
    {"reason", Type::text, "Why.", kMaybe},
    {"request_id", Type::text, "The request that did it.", kMaybe},
};
constexpr Field kActivityQuery[] = {
    {"user_id", Type::text, "Only by this person; me is the caller."},
    {"job_id", Type::uuid, "Only of this job."},
};
constexpr Field kActivityFields[] = {
    {"id", Type::integer, "Grows with each change of anything."},
    {"user_id", Type::uuid, "Who.", kMaybe},
    {"user_name", Type::text, "That person's name.", kMaybe},
    {"action", Type::text, "What was done: job_created, comment_created ..."},
    {"timestamp", Type::timestamp, "When."},
    {"subject", Type::text, "To what."},
    {"subject_id", Type::uuid, "To which one."},
    {"job_id", Type::uuid, "Of which job."},
    {"key", Type::text, "That job's key."},
    {"title", Type::text, "That job's title."},
};

/// Filters that don't exist are refused, like those of any list.
void refuse_others(const Request& request, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : request.query)
        if (name != "limit" && name != "skip" && std::ranges::find(known, name) == known.end())
            throw Error(Code::validation,
                        name + ": this list has no such filter" + core::suggestion(name, known.begin(), known.end()));
}

Value text_filter(const Request& request, std::string_view name) {
    const auto given = request.argument(name);
    return given ? Value(*given) : Value(nullptr);
}

Value id_filter(const Request& request, std::string_view name, const Caller& caller) {
    const auto given = request.argument(name);
    if (!given) return nullptr;
    if (*given == "me" && !caller.user.empty()) return caller.user;
    if (!core::time::is_uuid(*given))
        throw Error(Code::validation, std::string(name) + ": expected an id, got \"" + std::string(*given) + '"');
    return *given;
}

Value time_filter(const Request& request, std::string_view name) {
    const auto given = request.argument(name);
    if (!given) return nullptr;
    for (const auto& text : {std::string(*given), std::string(*given) + "T00:00:00Z"})
        if (core::time::parse_rfc3339(text)) return text;
    throw Error(Code::validation,
                std::string(name) + ": expected a date or a moment, got \"" + std::string(*given) + '"');
}

Response audit_logs(const Services& services, const Request& request, const Caller& caller, core::json::object&) {
    refuse_others(request, {"subject", "subject_id", "actor", "user_id", "action", "at_from", "at_to"});
    const auto page = kit::page_of(request);
    auto actor = text_filter(request, "actor");
    if (const auto user = id_filter(request, "user_id", caller); user.text()) actor = "user:" + *user.text();
    const bool sees_all = caller.reach("audit.view") == kit::Reach::all;
    return core::http::text_response(
        200,
        std::string(core::pg::once(services.pool, sql::audit_list, caller.organization, text_filter(request, "subject"),
                                   id_filter(request, "subject_id", caller), actor, text_filter(request, "action"),
                                   time_filter(request, "at_from"), time_filter(request, "at_to"), page.limit,
                                   page.skip, sees_all ? Value(nullptr) : Value(caller.user))
                        .text(0, 0)));
}

Response activity(const Services& services, const Request& request, const Caller& caller, core::json::object&) {
    refuse_others(request, {"user_id", "job_id"});
    const auto page = kit::page_of(request);
    return core::http::text_response(
        200, std::string(core::pg::once(services.pool, sql::activity_list, caller.organization,
                                        caller.reach("job.view") == kit::Reach::all, kit::user_of(caller),
                                        caller.may("comment.create"), id_filter(request, "user_id", caller),
                                        id_filter(request, "job_id", caller), page.limit, page.skip)
                             .text(0, 0)));
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    return {
        {"GET",
         "/api/v1/audit-logs",
         "audit.view",
         "Who changed what, newest first.",
         {},
         kit::bound(services, audit_logs),
         {.shape = {"AuditEntry", kAuditFields}, .is_list = true},
         kit::kPages,
         kAuditQuery},
        {"GET",
         "/api/v1/activity",
         "job.view",
         "What people did to the jobs one sees.",
         {},
         kit::bound(services, activity),
         {.shape = {"Activity", kActivityFields}, .is_list = true},
         kit::kPages,
         kActivityQuery,
         "listActivity"},
    };
}

}  // namespace nightshift::api::audit
