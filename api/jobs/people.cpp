// Jobs by person: what somebody works on, and the dashboard. SEEDS.md C-49.
#include "api/jobs/jobs.h"
#include "api/jobs/parts.h"
#include "api/jobs/shapes.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/identity/sql.h"
#include "domain/jobs/sql.h"

namespace nightshift::api::jobs {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Value;
using kit::Caller;
using kit::Services;
namespace json = core::json;

constexpr core::schema::Field kDashboardQuery[] = {
    {"user_id", core::schema::Type::text, "Whose: the id of a person, or me."}};

Value user_or_null(const std::string& user) {
    return user.empty() ? Value(nullptr) : Value(user);
}

/// The jobs of who may be seen.
Response of_person(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto& user = request.parameter("id");
    const bool is_seen = user == caller.user || caller.reach("user.view") == kit::Reach::all;
    if (!is_seen || core::pg::once(services.pool, domain::identity::sql::member_find, caller.organization, user,
                                   kit::user_of(caller))
                        .empty())
        throw Error(Code::not_found, "no such user: " + user);
    return kit::list(services.pool, kJobs, request, caller, "r.assigned_to_user_id = $3::uuid", {user});
}

/// Another person's is for who leads them, or everybody. SEEDS.md C-12.
void check_person(const Services& services, const Caller& caller, const std::string& user) {
    const auto reach = caller.reach("report.team");
    if (reach == kit::Reach::none)
        throw Error(Code::forbidden, "user_id: the dashboard of another person is not yours");
    const auto found = core::pg::once(services.pool, domain::identity::sql::member_find, caller.organization, user,
                                      kit::user_of(caller));
    if (found.empty()) throw Error(Code::not_found, "no such user: " + user);
    if (reach != kit::Reach::all && !found.flag(0, 2))
        throw Error(Code::forbidden, "user_id: this person is in no team or department of yours");
}

/// Without `user_id`: all that the caller sees; with one: that person's work.
Response dashboard(const Services& services, const Request& request, const Caller& caller, json::object&) {
    std::string user(request.argument("user_id").value_or(""));
    if (user == "me") user = caller.user;
    if (request.argument("user_id") && !core::time::is_uuid(user))
        throw Error(Code::validation, "user_id: expected the id of a person, or me, got \"" + user + '"');
    if (!user.empty() && user != caller.user) check_person(services, caller, user);
    const bool everything = user.empty() && caller.reach("job.view") == kit::Reach::all;
    if (user.empty() && !everything) user = caller.user;
    return core::http::text_response(
        200, std::string(core::pg::once(services.pool, domain::jobs::sql::dashboard, caller.organization,
                                        user_or_null(user), everything, kit::user_of(caller), caller.may("report.team"),
                                        caller.reach("report.team") == kit::Reach::all)
                             .text(0, 0)));
}

}  // namespace

std::vector<kit::Route> person_routes(const Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    return {
        {"GET",
         "/api/v1/users/{id}/jobs",
         "job.view",
         "Jobs assigned to a person.",
         {},
         bind(of_person),
         {.rows = &kJobs, .is_list = true},
         kit::kPages | kit::kListing},
        {"GET",
         "/api/v1/dashboard",
         "dashboard.view",
         "How things stand: of all one sees, or of one person.",
         {},
         bind(dashboard),
         {.shape = kDashboard},
         kit::kNothing,
         kDashboardQuery},
    };
}

}  // namespace nightshift::api::jobs
