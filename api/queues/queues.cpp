#include "api/queues/queues.h"

#include "api/kit/router.h"
#include "core/error/error.h"
#include "queue/sql.h"

namespace nightshift::api::queues {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::schema::Type;
using kit::Caller;
using kit::Services;
namespace json = core::json;

constexpr core::schema::Field kLimits[] = {
    {"concurrency",
     Type::integer,
     "At most so many of the queue hold a slot; null: no limit.",
     {.min = 1, .max = 100000, .nullable = true}},
    {"key_concurrency",
     Type::integer,
     "At most so many with the same concurrency key hold a slot.",
     {.min = 1, .max = 100000}},
    {"rate_per_minute",
     Type::integer,
     "At most so many start in a minute; null: no limit.",
     {.min = 1, .max = 10000000, .nullable = true}},
};

constexpr core::schema::Rules kMaybe{.nullable = true};
constexpr core::schema::Field kQueueFields[] = {
    {"name", Type::text, "Its name."},
    {"is_paused", Type::boolean, "Starts nothing more."},
    {"paused_at", Type::timestamp, "Since when.", kMaybe},
    {"paused_by", Type::text, "By whom.", kMaybe},
    {"concurrency", Type::integer, "At most so many hold a slot; null: no limit.", kMaybe},
    {"key_concurrency", Type::integer, "At most so many with the same concurrency key."},
    {"rate_per_minute", Type::integer, "At most so many start in a minute; null: no limit.", kMaybe},
    {"ready", Type::integer, "How many wait for their turn; 10000: or more."},
    {"running", Type::integer, "How many hold a slot."},
    {"scheduled", Type::integer, "How many are not due yet; 10000: or more."},
    {"oldest_ready_at", Type::timestamp, "Since when the first of them waits.", kMaybe},
};
constexpr kit::Shape kQueue{
    "Queue", kQueueFields,
    R"({"name":"reports","is_paused":false,"paused_at":null,"paused_by":null,"concurrency":null,"key_concurrency":1,"rate_per_minute":null,
"ready":3,"running":2,"scheduled":0,"oldest_ready_at":"2026-03-02T09:30:00.123456+00:00"})"};
constexpr core::schema::Field kNamedFields[] = {{"name", Type::text, "The queue's name."}};
constexpr kit::Shape kNamed{"QueueName", kNamedFields, R"({"name":"reports"})"};

Response list(const Services& services, const Request&, const Caller& caller, json::object&) {
    return core::http::text_response(
        200, std::string(core::pg::once(services.pool, queue::sql::queue_list, caller.organization).text(0, 0)));
}

/// Not given: as it is. Null: no limit, which the statement knows as 0.
core::pg::Value limit_of(const json::object& body, std::string_view name) {
    const auto* given = body.if_contains(name);
    if (given == nullptr) return nullptr;
    return given->is_null() ? 0 : given->to_number<int>();
}

Response change(const Services& services, const Request& request, const Caller& caller, const core::pg::Value& paused,
                const json::object& body) {
    const auto& name = request.parameter("name");
    const auto rows = core::pg::once(services.pool, queue::sql::queue_change, name, paused, caller.actor,
                                     limit_of(body, "concurrency"), limit_of(body, "key_concurrency"),
                                     limit_of(body, "rate_per_minute"));
    if (rows.empty()) throw Error(Code::not_found, "no such queue: " + name);
    services.engine.wake({name});
    return core::http::json_response(200, {{"name", name}});
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    return {
        {"GET",
         "/api/v1/queues",
         "queues.see",
         "Queues and what waits in them.",
         {},
         bind(list),
         {.shape = kQueue, .is_list = true}},
        {"PATCH",
         "/api/v1/queues/{name}",
         "queues.change",
         "Changes a queue's limits.",
         kLimits,
         bind([](const auto& s, const auto& r, const auto& c, auto& b) { return change(s, r, c, nullptr, b); }),
         {.shape = kNamed},
         kit::kNothing,
         {},
         {},
         R"({"concurrency": 4, "rate_per_minute": null})"},
        {"POST",
         "/api/v1/queues/{name}/pause",
         "queues.change",
         "Starts nothing more of it.",
         {},
         bind([](const auto& s, const auto& r, const auto& c, auto& b) { return change(s, r, c, true, b); }),
         {.shape = kNamed}},
        {"POST",
         "/api/v1/queues/{name}/resume",
         "queues.change",
         "Goes on with it.",
         {},
         bind([](const auto& s, const auto& r, const auto& c, auto& b) { return change(s, r, c, false, b); }),
         {.shape = kNamed}},
    };
}

}  // namespace nightshift::api::queues
