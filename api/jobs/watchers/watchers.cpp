#include "api/jobs/watchers/watchers.h"

#include "api/jobs/jobs.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/jobs/sql.h"

namespace nightshift::api::jobs::watchers {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Type;
using kit::Caller;
using kit::Services;
namespace json = core::json;
namespace sql = domain::jobs::sql;

constexpr core::schema::Field kWatch[] = {{"user_id", Type::uuid, "Who watches; the caller when not given.", {}}};

constexpr core::schema::Field kWatcherFields[] = {
    {"user_id", Type::uuid, "Who watches."},
    {"name", Type::text, "That person's name."},
    {"email", Type::text, "That person's address."},
    {"since", Type::timestamp, "Since when."},
};
constexpr kit::Shape kWatcher{"Watcher", kWatcherFields};

/// Watching lets one see the job, so others are added and taken away by who may change it.
void require_leave(Transaction& tx, const Caller& caller, const std::string& job, const std::string& user) {
    kit::show(tx, kJobs, caller, job);
    if (user == caller.user) return;
    try {
        kit::show(tx, kJobs, caller, job, "job.update");
    } catch (const Error& problem) {
        if (problem.code() != Code::not_found) throw;
        throw Error(Code::forbidden, "user_id: for others this needs the permission job.update for this job");
    }
}

std::string listed(Transaction& tx, const Caller& caller, const std::string& job) {
    return std::string(tx.run(sql::watcher_list, caller.organization, job).text(0, 0));
}

Response list(const Services& services, const Request& request, const Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kJobs, caller, request.parameter("id"));
    return core::http::text_response(200, listed(tx, caller, request.parameter("id")));
}

Response watch(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    auto user = json::text_in(body, "user_id");
    if (user.empty()) user = caller.user;
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    require_leave(tx, caller, request.parameter("id"), user);
    if (user.empty()) throw Error(Code::validation, "user_id: is required for a token of no person");
    if (tx.run(sql::watcher_add, caller.organization, request.parameter("id"), user).empty())
        throw core::schema::wrong(Code::rule, "user_id", "there is none with this id");
    auto response = core::http::text_response(200, listed(tx, caller, request.parameter("id")));
    tx.commit();
    return response;
}

Response unwatch(const Services& services, const Request& request, const Caller& caller, json::object&) {
    auto user = request.parameter("user_id");
    if (user == "me") user = caller.user;
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kJobs, caller, request.parameter("id"));
    if (!core::time::is_uuid(user)) throw Error(Code::not_found, "nobody with this id watches the job: " + user);
    const auto removed = tx.run(sql::watcher_remove, caller.organization, request.parameter("id"), user);
    if (removed.empty()) throw Error(Code::not_found, "nobody with this id watches the job: " + user);
    if (user != caller.user) require_leave(tx, caller, request.parameter("id"), user);
    tx.commit();
    return {.status = 204, .content_type = {}};
}

Response watched(const Services& services, const Request& request, const Caller& caller, json::object&) {
    return kit::list(services.pool, kJobs, request, caller,
                     "exists (select 1 from job_watcher w where w.job_id = r.id and w.user_id = $2)");
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    return {
        {"GET",
         "/api/v1/jobs/watched",
         "job.view",
         "Jobs that the caller watches.",
         {},
         kit::bound(services, watched),
         {.rows = &kJobs, .is_list = true},
         kit::kPages | kit::kListing,
         {},
         "listWatchedJobs"},
        {"GET",
         "/api/v1/jobs/{id}/watchers",
         "job.view",
         "Who watches a job.",
         {},
         kit::bound(services, list),
         {.shape = kWatcher, .is_list = true}},
        {"POST",
         "/api/v1/jobs/{id}/watchers",
         "notification.own",
         "Watches a job: one sees it and hears of it.",
         kWatch,
         kit::bound(services, watch),
         {.shape = kWatcher, .is_list = true},
         kit::kNothing,
         {},
         "watchJob",
         R"({"user_id": "@users"})"},
        {"DELETE",
         "/api/v1/jobs/{id}/watchers/{user_id}",
         "notification.own",
         "Watches a job no longer; me is the caller.",
         {},
         kit::bound(services, unwatch),
         {.status = 204},
         kit::kNothing,
         {},
         "unwatchJob"},
    };
}

}  // namespace nightshift::api::jobs::watchers
