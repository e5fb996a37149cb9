#include "api/jobs/snooze/snooze.h"

#include "api/jobs/jobs.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/reminders/sql.h"

namespace nightshift::api::jobs::snooze {
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
namespace sql = domain::reminders::sql;

constexpr core::schema::Field kSnooze[] = {
    {"until", Type::timestamp, "Until when."},
    {"hours", Type::number, "For how many hours, instead.", {.min = 0.01, .max = 8760}},
};
constexpr core::schema::Field kSnoozedFields[] = {
    {"job_id", Type::uuid, "The job."},
    {"until", Type::timestamp, "When one is reminded of it again."},
};
constexpr kit::Shape kSnoozed{"Snooze", kSnoozedFields, R"({"job_id":"@jobs","until":"2030-03-04T06:00:00+00:00"})"};

std::chrono::system_clock::time_point until_in(const json::object& body) {
    const auto now = std::chrono::system_clock::now();
    if (body.contains("until") == body.contains("hours"))
        throw core::schema::wrong(Code::validation, "until", "expected either until or hours");
    if (body.contains("hours"))
        return now + std::chrono::seconds(static_cast<std::int64_t>(body.at("hours").to_number<double>() * 3600));
    const auto until = core::time::parse_rfc3339(json::text_in(body, "until"));
    if (!until || *until <= now) throw core::schema::wrong(Code::rule, "until", "is in the past");
    if (*until > now + std::chrono::hours(8760)) throw core::schema::wrong(Code::rule, "until", "is over a year away");
    return *until;
}

Response put_off(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kJobs, caller, request.parameter("id"));
    const auto until = until_in(body);
    const auto rows =
        tx.run(sql::snooze_set, kit::person_of(caller), request.parameter("id"), caller.organization, until);
    auto response = core::http::text_response(200, std::string(rows.text(0, 0)));
    tx.commit();
    return response;
}

Response take_up(const Services& services, const Request& request, const Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kJobs, caller, request.parameter("id"));
    if (tx.run(sql::snooze_end, kit::person_of(caller), request.parameter("id"), caller.organization).empty())
        throw Error(Code::not_found, "you have not put this job off");
    tx.commit();
    return {.status = 204, .content_type = {}};
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    return {
        {"POST",
         "/api/v1/jobs/{id}/snooze",
         "notification.own",
         "Puts a job off for oneself: no reminders of it until then, and one when the time has come.",
         kSnooze,
         kit::bound(services, put_off),
         {.shape = kSnoozed},
         kit::kNothing,
         {},
         "snoozeJob",
         R"({"hours": 16})"},
        {"DELETE",
         "/api/v1/jobs/{id}/snooze",
         "notification.own",
         "Wants to hear of it again at once.",
         {},
         kit::bound(services, take_up),
         {.status = 204},
         kit::kNothing,
         {},
         "unsnoozeJob"},
    };
}

}  // namespace nightshift::api::jobs::snooze
