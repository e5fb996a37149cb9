#include "api/workers/workers.h"

#include "api/kit/router.h"
#include "core/error/error.h"
#include "queue/sql.h"

namespace nightshift::api::workers {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using kit::Caller;
using kit::Services;
namespace json = core::json;

using core::schema::Type;

constexpr core::schema::Field kWorkerFields[] = {
    {"id", Type::uuid, "Its id: a new one at each start."},
    {"name", Type::text, "How it is called in the configuration."},
    {"host", Type::text, "Where it runs."},
    {"pid", Type::integer, "Its process."},
    {"version", Type::text, "Which Nightshift it is."},
    {"roles", Type::texts, "What it does."},
    {"queues", Type::texts, "Which queues it serves."},
    {"slots", Type::integer, "How many runs it works on at once."},
    {"busy", Type::integer, "How many it works on now."},
    {"started_at", Type::timestamp, "When it started."},
    {"beat_at", Type::timestamp, "When it was last heard of."},
    {"lease_until", Type::timestamp, "Until when its runs are its own."},
    {"ended_at", Type::timestamp, "When it ended.", {.nullable = true}},
    {"state", Type::choice, "How it is.", {.choices = "alive|draining|lost|ended"}},
};
constexpr kit::Shape kWorker{
    "Worker", kWorkerFields,
    R"({"id":"@workers","name":"nightshift","host":"night","pid":4711,"version":"0.1.0","roles":["dispatcher","scheduler","worker","maintenance"],
"queues":["default","reports"],"slots":8,"busy":2,"started_at":"2026-03-02T08:00:00.123456+00:00","beat_at":"2026-03-02T09:29:58.123456+00:00",
"lease_until":"2026-03-02T09:30:28.123456+00:00","ended_at":null,"state":"alive"})"};
constexpr core::schema::Field kDrainingFields[] = {
    {"id", Type::uuid, "Its id."},
    {"state", Type::text, "draining"},
};

Response list(const Services& services, const Request&, const Caller&, json::object&) {
    return core::http::text_response(200,
                                     std::string(core::pg::once(services.pool, queue::sql::worker_list).text(0, 0)));
}

Response drain(const Services& services, const Request& request, const Caller&, json::object&) {
    const auto& id = request.parameter("id");
    if (core::pg::once(services.pool, queue::sql::worker_drain, id).empty())
        throw Error(Code::not_found, "no such live worker: " + id);
    return core::http::json_response(202, {{"id", id}, {"state", "draining"}});
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    return {
        {"GET",
         "/api/v1/workers",
         "workers.see",
         "Processes: alive, draining, lost or ended.",
         {},
         bind(list),
         {.shape = kWorker, .is_list = true}},
        {"POST",
         "/api/v1/workers/{id}/drain",
         "workers.change",
         "Asks one to take nothing more; it hears at its next beat.",
         {},
         bind(drain),
         {.status = 202, .shape = {"DrainingWorker", kDrainingFields, R"({"id":"@workers","state":"draining"})"}}},
    };
}

}  // namespace nightshift::api::workers
