// The ways to a job beside the plain ones: assign, move on, complete, talk, log time.
#include "api/jobs/bulk.h"
#include "api/jobs/jobs.h"
#include "api/jobs/moves.h"
#include "api/jobs/parts.h"
#include "api/jobs/shapes.h"
#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/audit/sql.h"
#include "domain/jobs/sql.h"
#include "domain/notifications/sql.h"

namespace nightshift::api::jobs {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Services;
namespace json = core::json;
namespace sql = domain::jobs::sql;

constexpr Field kAssign[] = {{"assigned_to_user_id",
                              Type::uuid,
                              "Who works on it from now on; null: nobody.",
                              {.required = true, .nullable = true}}};
constexpr Field kStatus[] = {
    {"job_status_id", Type::uuid, "The status to move to.", {.required = true}},
    {"reason", Type::text, "Why.", {.max = 1000}},
};
constexpr Field kComplete[] = {{"reason", Type::text, "What to say with it.", {.max = 1000}}};
constexpr Field kComment[] = {
    {"content", Type::text, "What to say; @name tells that person.", {.min = 1, .max = 20000, .required = true}},
    {"is_internal", Type::boolean, "Not for who asked from outside.", {.fallback = "false"}},
    {"user_id", Type::uuid, "The caller; others are refused."},
};
constexpr Field kTag[] = {{"tag_id", Type::uuid, "The tag.", {.required = true}}};

/// Lists leave out what was put away, unless it is asked for. SEEDS.md C-41.
kit::Handle without_archived(kit::Handle plain) {
    return [plain = std::move(plain)](Request request, const Caller& caller, json::object& body) {
        if (!request.argument("is_archived") && !request.argument("archived"))
            request.query.emplace_back("is_archived", "false");
        return plain(request, caller, body);
    };
}

template <class Work>
auto in_transaction(const Services& services, const Caller& caller, Work&& work) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    auto result = work(tx);
    tx.commit();
    return result;
}

Response assign(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    return kit::shown_response(200, in_transaction(services, caller, [&](Transaction& tx) {
                                   return change_job(tx, kAssigning, services, caller, request.parameter("id"), body,
                                                     request.header("if-match"));
                               }));
}

void give_reason(Transaction& tx, const json::object& body) {
    if (const auto reason = json::text_in(body, "reason"); !reason.empty()) tx.run(domain::audit::sql::reason, reason);
}

Response move(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    return kit::shown_response(200, in_transaction(services, caller, [&](Transaction& tx) {
                                   give_reason(tx, body);
                                   return change_job(tx, kProgressing, services, caller, request.parameter("id"),
                                                     {{"job_status_id", body.at("job_status_id")}},
                                                     request.header("if-match"));
                               }));
}

/// To the first done status that is a legal move; where none is, the change says so. One that is done stays as it is.
Response complete(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    return kit::shown_response(200, in_transaction(services, caller, [&](Transaction& tx) {
                                   const auto job =
                                       json::parse_object(kit::show(tx, kJobs, caller, request.parameter("id")).text);
                                   const auto status = json::text_in(job, "job_status_id");
                                   const auto done = done_status(tx, caller.organization, status);
                                   give_reason(tx, body);
                                   return change_job(tx, kProgressing, services, caller, request.parameter("id"),
                                                     {{"job_status_id", done}}, request.header("if-match"));
                               }));
}

Response by_key(const Services& services, const Request& request, const Caller& caller, json::object&) {
    return kit::shown_response(200, in_transaction(services, caller, [&](Transaction& tx) {
                                   const auto& key = request.parameter("key");
                                   const auto found = tx.run(sql::job_by_key, caller.organization, key);
                                   if (found.empty()) throw Error(Code::not_found, "no such job: " + key);
                                   return kit::show(tx, kJobs, caller, std::string(found.text(0, 0)));
                               }));
}

Response mine(const Services& services, const Request& request, const Caller& caller, json::object&) {
    return kit::list(services.pool, kJobs, request, caller, "r.assigned_to_user_id = $2");
}

Response details(const Services& services, const Request& request, const Caller& caller, json::object&) {
    return core::http::text_response(200, in_transaction(services, caller, [&](Transaction& tx) {
                                         kit::show(tx, kJobs, caller, request.parameter("id"));
                                         return std::string(tx.run(sql::job_details, request.parameter("id"),
                                                                   caller.may("comment.create"), caller.organization)
                                                                .text(0, 0));
                                     }));
}

Response history(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto page = kit::page_of(request);
    return core::http::text_response(200, in_transaction(services, caller, [&](Transaction& tx) {
                                         kit::show(tx, kJobs, caller, request.parameter("id"));
                                         return std::string(tx.run(sql::job_history, caller.organization,
                                                                   request.parameter("id"), page.limit, page.skip)
                                                                .text(0, 0));
                                     }));
}

Response comments(const Services& services, const Request& request, const Caller& caller, json::object&) {
    require_job(services, request, caller);
    return kit::list(services.pool, kComments, request, caller, "r.job_id = $3::uuid", {request.parameter("id")});
}

/// Everybody the job concerns hears of a comment; who is mentioned hears that. Mentions of nobody are told to the
/// writer.
Response comment(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    body["job_id"] = request.parameter("id");
    if (const auto* writer = body.if_contains("user_id"))
        if (!writer->is_string() || writer->as_string() != std::string_view(caller.user))
            throw Error(Code::forbidden, "user_id: nobody comments in somebody else's name",
                        R"({"fields":{"user_id":"is not the caller"}})");
    body.erase("user_id");
    Mentions mentions;
    const auto id = core::time::uuid7();
    const auto shown = in_transaction(services, caller, [&](Transaction& tx) {
        const std::string content(body.at("content").as_string());
        auto made = kit::create(tx, kComments, services, caller, id, body);
        mentions = mentions_of(tx, caller.organization, content);
        if (!mentions.users.empty())
            tx.run(domain::notifications::sql::tell, caller.organization, mentions.users, "mention",
                   "You were mentioned", content.substr(0, 500), caller.user, request.parameter("id"));
        tell(tx, caller, request.parameter("id"), "comment_added", "A new comment");
        return made;
    });
    auto answer = json::parse_object(shown.text);
    json::array told, unknown;
    for (const auto& one : mentions.users) told.emplace_back(one);
    for (const auto& one : mentions.unresolved) unknown.emplace_back(one);
    answer["mentioned_user_ids"] = std::move(told);
    answer["unresolved_mentions"] = std::move(unknown);
    auto response = core::http::json_response(201, answer);
    response.headers.emplace_back("Location", "/api/v1/comments/" + id);
    return response;
}

Response complete_item(const Services& services, const Request& request, const Caller& caller, bool done) {
    return kit::shown_response(200, in_transaction(services, caller, [&](Transaction& tx) {
                                   json::object body{{"is_completed", done}};
                                   return kit::change(tx, kChecklistItems, services, caller, request.parameter("id"),
                                                      body);
                               }));
}

Response tag(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    return in_transaction(services, caller, [&](Transaction& tx) -> Response {
        kit::show(tx, kJobs, caller, request.parameter("id"), "job.update");
        const auto tag = json::text_in(body, "tag_id");
        if (tx.run(sql::tag_set, caller.organization, request.parameter("id"), tag).empty())
            throw Error(Code::rule, "tag_id: there is none with this id",
                        R"({"fields":{"tag_id":"there is none with this id"}})");
        return {.status = 204, .content_type = {}};
    });
}

Response tags(const Services& services, const Request& request, const Caller& caller, json::object&) {
    return core::http::text_response(200, in_transaction(services, caller, [&](Transaction& tx) {
                                         kit::show(tx, kJobs, caller, request.parameter("id"));
                                         return std::string(tx.run(sql::job_tags, request.parameter("id")).text(0, 0));
                                     }));
}

Response untag(const Services& services, const Request& request, const Caller& caller, json::object&) {
    return in_transaction(services, caller, [&](Transaction& tx) -> Response {
        kit::show(tx, kJobs, caller, request.parameter("id"), "job.update");
        const auto& tag = request.parameter("tag_id");
        if (!core::time::is_uuid(tag) ||
            tx.run(sql::tag_unset, caller.organization, request.parameter("id"), tag).empty())
            throw Error(Code::not_found, "this job has no such tag: " + tag);
        return {.status = 204, .content_type = {}};
    });
}

}  // namespace

void require_job(const Services& services, const Request& request, const Caller& caller) {
    in_transaction(services, caller,
                   [&](Transaction& tx) { return kit::show(tx, kJobs, caller, request.parameter("id")); });
}

std::vector<kit::Route> routes(const Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    constexpr kit::Answer kJob{.rows = &kJobs}, kItem{.rows = &kChecklistItems};
    constexpr unsigned kList = kit::kPages | kit::kListing;
    std::vector<kit::Route> routes{
        {"GET",
         "/api/v1/jobs/my",
         "job.view",
         "Jobs assigned to the caller.",
         {},
         bind(mine),
         {.rows = &kJobs, .is_list = true},
         kList,
         {},
         "listMyJobs"},
        {"GET",
         "/api/v1/jobs/key/{key}",
         "job.view",
         "A job by its key.",
         {},
         bind(by_key),
         kJob,
         kit::kNothing,
         {},
         "getJobByKey"},
        {"GET",
         "/api/v1/jobs/{id}/details",
         "job.view",
         "Everything about a job at once.",
         {},
         bind(details),
         {.shape = kDetails}},
        {"GET",
         "/api/v1/jobs/{id}/history",
         "job.view",
         "What happened to a job.",
         {},
         bind(history),
         {.shape = kHistory, .is_list = true},
         kit::kPages},
        {"POST",
         "/api/v1/jobs/{id}/assign",
         "job.assign",
         "Gives a job to somebody, who is told.",
         kAssign,
         bind(assign),
         kJob,
         kit::kIfMatch,
         {},
         {},
         R"({"assigned_to_user_id": "@users"})"},
        {"POST",
         "/api/v1/jobs/{id}/reassign",
         "job.assign",
         "Gives a job to somebody else.",
         kAssign,
         bind(assign),
         kJob,
         kit::kIfMatch,
         {},
         {},
         R"({"assigned_to_user_id": "@users"})"},
        {"POST",
         "/api/v1/jobs/{id}/status",
         "job.progress",
         "Moves a job on.",
         kStatus,
         bind(move),
         kJob,
         kit::kIfMatch,
         {},
         "moveJob",
         R"({"job_status_id": "@job-statuses", "reason": "The pump is on its way"})"},
        {"POST",
         "/api/v1/jobs/{id}/complete",
         "job.progress",
         "Completes a job, when everything on its lists is done.",
         kComplete,
         bind(complete),
         kJob,
         kit::kIfMatch,
         {},
         {},
         R"({"reason": "Runs again"})"},
        {"GET",
         "/api/v1/jobs/{id}/comments",
         "job.view",
         "What was said about a job.",
         {},
         bind(comments),
         {.rows = &kComments, .is_list = true},
         kList},
        {"POST",
         "/api/v1/jobs/{id}/comments",
         "comment.create",
         "Says something about a job.",
         kComment,
         bind(comment),
         {.status = 201, .shape = {"CommentMade", {}, {}, kMentionFields}, .rows = &kComments},
         kit::kNothing,
         {},
         {},
         R"({"content": "@jane.member, the spare part has come."})"},
        {"GET",
         "/api/v1/jobs/{id}/tags",
         "job.view",
         "The tags of a job.",
         {},
         bind(tags),
         {.shape = kTagOfJob, .is_list = true}},
        {"POST",
         "/api/v1/jobs/{id}/tags",
         "job.update",
         "Tags a job.",
         kTag,
         bind(tag),
         {.status = 204},
         kit::kNothing,
         {},
         "tagJob",
         R"({"tag_id": "@tags"})"},
        {"DELETE",
         "/api/v1/jobs/{id}/tags/{tag_id}",
         "job.update",
         "Takes a tag off a job.",
         {},
         bind(untag),
         {.status = 204},
         kit::kNothing,
         {},
         "untagJob"},
        {"POST",
         "/api/v1/checklist-items/{id}/complete",
         "checklist.update",
         "Ticks an item off.",
         {},
         bind([](const auto& s, const auto& r, const auto& c, auto&) { return complete_item(s, r, c, true); }),
         kItem},
        {"POST",
         "/api/v1/checklist-items/{id}/reopen",
         "checklist.update",
         "Opens an item again.",
         {},
         bind([](const auto& s, const auto& r, const auto& c, auto&) { return complete_item(s, r, c, false); }),
         kItem},
    };
    for (auto* more : {time_routes, move_routes, person_routes, bulk_routes})
        for (auto& route : more(services)) routes.push_back(std::move(route));
    for (const auto* resource : {&kJobs, &kChecklists, &kChecklistItems, &kComments})
        for (auto& route : kit::routes_of(*resource, services))
            if (!(resource == &kComments && route.method == "POST")) routes.push_back(std::move(route));
    for (auto& route : routes)
        if (route.answer.is_list && route.answer.rows == &kJobs)
            route.handle = without_archived(std::move(route.handle));
    return routes;
}

}  // namespace nightshift::api::jobs
