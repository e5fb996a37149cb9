#include "api/deliveries/deliveries.h"

#include "api/deliveries/unsubscribe.h"
#include "api/kit/resource.h"
#include "core/error/error.h"
#include "domain/deliveries/sql.h"
#include "queue/submit.h"

namespace nightshift::api::deliveries {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Column;
using kit::Services;
namespace json = core::json;
namespace sql = domain::deliveries::sql;

constexpr core::schema::Rules kGiven{.nullable = true, .server = true};

constexpr Column kDeliveryColumns[] = {
    {"channel", Type::text, "How: email.", {.server = true}, kit::kFilter},
    {"user_id", Type::uuid, "To whom.", kGiven, kit::kFilter},
    {"address", Type::text, "Where to.", {.server = true}, kit::kFilter | kit::kSearch},
    {"event", Type::text, "About what: job_assigned, report ...", {.server = true}, kit::kFilter},
    {"mode", Type::text, "now, or with the mail of the day.", {.server = true}, kit::kFilter},
    {"notification_id", Type::uuid, "The notification that it tells.", kGiven, kit::kFilter},
    {"title", Type::text, "What it says in a few words.", kGiven, kit::kSearch},
    {"job_id", Type::uuid, "The job it is about.", kGiven, kit::kFilter},
    {"state",
     Type::text,
     "intended, deferred: on its way; sent; bounced, suppressed, withdrawn, dead: not sent; unknown: perhaps sent.",
     {.server = true},
     kit::kFilter},
    {"reason", Type::text, "Why.", kGiven},
    {"attempts", Type::integer, "How often it was tried.", {.server = true}},
    {"carried_by", Type::uuid, "The delivery whose mail tells it too.", kGiven},
    {"due_at", Type::timestamp, "Not before then.", {.server = true}},
    {"ended_at", Type::timestamp, "When it was settled.", kGiven},
};
constexpr kit::Resource kDeliveries{.name = "deliveries",
                                    .one = "delivery",
                                    .doc = "Mails to people, and what came of each.",
                                    .table = "delivery",
                                    .view = "api.delivery",
                                    .columns = kDeliveryColumns,
                                    .allow = {.see = "delivery.manage"},
                                    .order = "-created_at"};

constexpr Column kSuppressionColumns[] = {
    {"address", Type::text, "Which one.", {.server = true}, kit::kFilter | kit::kSearch},
    {"reason", Type::text, "bounced, or unsubscribed.", {.server = true}, kit::kFilter},
    {"message", Type::text, "What its server said.", kGiven},
};
constexpr kit::Resource kSuppressions{
    .name = "suppressions",
    .one = "suppression",
    .doc = "Addresses that get no mail any more; taking one away lets it have mail again.",
    .table = "suppression",
    .view = "api.suppression",
    .columns = kSuppressionColumns,
    .allow = {.see = "delivery.manage", .remove = "delivery.manage"},
    .order = "-created_at"};

constexpr Field kAttemptFields[] = {
    {"number", Type::integer, "The first is 1."},
    {"state", Type::text, "intended, leaving, sent, failed or unknown."},
    {"code", Type::integer, "What the other side answered.", {.nullable = true}},
    {"message", Type::text, "In a sentence.", {.nullable = true}},
    {"exchange", Type::text, "What was said, without secrets.", {.nullable = true}},
    {"run_id", Type::uuid, "The run that tried."},
    {"began_at", Type::timestamp, "When."},
    {"ended_at", Type::timestamp, "When it was over.", {.nullable = true}},
};
constexpr Field kToldFields[] = {
    {"id", Type::uuid, "The delivery; none for what is told here.", {.nullable = true}},
    {"channel", Type::text, "in_app or email."},
    {"address", Type::text, "Where to.", {.nullable = true}},
    {"state", Type::text, "As in /deliveries; in_app: delivered when it was read."},
    {"attempts", Type::integer, "How often it was tried."},
    {"reason", Type::text, "Why.", {.nullable = true}},
    {"created_at", Type::timestamp, "Since when."},
    {"due_at", Type::timestamp, "Not before then.", {.nullable = true}},
    {"ended_at", Type::timestamp, "When it was settled.", {.nullable = true}},
    {"carried_by", Type::uuid, "The delivery whose mail tells it too.", {.nullable = true}},
};

Response of_notification(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto rows = core::pg::once(services.pool, sql::of_notification, request.parameter("id"), caller.organization,
                                     kit::user_of(caller));
    if (rows.empty()) throw Error(Code::not_found, "no such notification: " + request.parameter("id"));
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

Response attempts(const Services& services, const Request& request, const Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kDeliveries, caller, request.parameter("id"));
    return core::http::text_response(200, std::string(tx.run(sql::attempts, request.parameter("id")).text(0, 0)));
}

/// A person decides what no program should: that a mail which may have arrived goes out again.
Response replay(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto& id = request.parameter("id");
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kDeliveries, caller, id);
    if (tx.run(sql::replay, id, caller.organization).empty())
        throw Error(Code::conflict, "delivery: it is on its way, or was sent; nobody is told twice");
    const auto run = queue::submit(
        tx, {.kind = "notification.deliver", .args = {{"delivery_id", id}}, .organization = caller.organization});
    const auto shown = kit::show(tx, kDeliveries, caller, id);
    tx.commit();
    services.engine.wake({run.queue});
    return kit::shown_response(202, shown);
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    auto routes = unsubscribe_routes(services);
    for (const auto* resource : {&kDeliveries, &kSuppressions})
        for (auto& route : kit::routes_of(*resource, services)) routes.push_back(std::move(route));
    routes.push_back({"GET",
                      "/api/v1/notifications/{id}/deliveries",
                      "notification.own",
                      "Where a notification went, and with what result.",
                      {},
                      kit::bound(services, of_notification),
                      {.shape = {"NotificationDelivery", kToldFields}, .is_list = true},
                      kit::kNothing,
                      {},
                      "listDeliveriesOfNotification"});
    routes.push_back({"GET",
                      "/api/v1/deliveries/{id}/attempts",
                      "delivery.manage",
                      "Each try of a delivery, with what was said.",
                      {},
                      kit::bound(services, attempts),
                      {.shape = {"DeliveryAttempt", kAttemptFields}, .is_list = true},
                      kit::kNothing,
                      {},
                      "listAttemptsOfDelivery"});
    routes.push_back({"POST",
                      "/api/v1/deliveries/{id}/replay",
                      "delivery.manage",
                      "Sends one again that was not sent, or of which nobody knows.",
                      {},
                      kit::bound(services, replay),
                      {.status = 202, .rows = &kDeliveries},
                      kit::kNothing,
                      {},
                      "replayDelivery"});
    return routes;
}

}  // namespace nightshift::api::deliveries
