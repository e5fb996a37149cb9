#include "api/webhooks/webhooks.h"

#include <array>

#include "api/kit/resource.h"
#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/schema/checks.h"
#include "core/time/time.h"
#include "domain/webhooks/sql.h"
#include "domain/webhooks/webhooks.h"

namespace nightshift::api::webhooks {
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
namespace sql = domain::webhooks::sql;

constexpr std::string_view kMay = "webhook.manage";
constexpr core::schema::Rules kGiven{.nullable = true, .server = true};

/// What is switched on again has a clean slate.
void before_write(const kit::Change& change) {
    const auto* on = change.body.if_contains("is_active");
    if (change.before == nullptr || on == nullptr || !on->as_bool()) return;
    change.body["ended_because"] = nullptr;
    change.tx.run(sql::health, change.id, 0, 0.0);
}

constexpr kit::Column kColumns[] = {
    {"name",
     Type::text,
     "What it is for.",
     {.min = 1, .max = 120, .required = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"url",
     Type::text,
     "Where to: http or https, on a public address.",
     {.max = 2000, .required = true, .check = core::schema::check_web_address}},
    {"format",
     Type::choice,
     "standard: signed, {type, timestamp, data}. slack: {text}, for Slack and what takes the same.",
     {.fallback = R"("standard")", .choices = "standard|slack"},
     kit::kFilter},
    {"events",
     Type::texts,
     "Of which events it hears; *: all of the organization's.",
     {.min = 1, .max = 100, .fallback = R"(["*"])", .check = domain::webhooks::check_events}},
    {"is_active", Type::boolean, "Switched on.", {.fallback = "true"}, kit::kFilter},
    {"per_second",
     Type::integer,
     "At most so many a second; 0: as fast as it answers.",
     {.min = 0, .max = 1000, .fallback = "0"}},
    {"ended_because", Type::text, "Why it was switched off by itself.", kGiven},
    {"failures", Type::integer, "Failures in a row.", {.server = true}},
    {"failing_since", Type::timestamp, "Since when nothing arrives.", kGiven},
    {"paused_until", Type::timestamp, "It is left alone until then.", kGiven},
    {"old_secret_until", Type::timestamp, "The secret before the last rotation signs too, until then.", kGiven},
};
constexpr kit::Resource kWebhooks{.name = "webhooks",
                                  .one = "webhook",
                                  .doc = "Other systems that hear of events.",
                                  .table = "webhook",
                                  .view = "api.webhook",
                                  .columns = kColumns,
                                  .allow = {.see = kMay, .create = kMay, .change = kMay, .remove = kMay},
                                  .order = "name",
                                  .before_write = before_write,
                                  .example = R"({"name": "Line board", "url": "https://hooks.example.org/nightshift",
"format": "standard", "events": ["job_completed", "report_ready"], "is_active": true, "per_second": 0, "failures": 0})"};

constexpr Field kSecretField[] = {{"secret", Type::text, "What signs; shown this once."}};
constexpr Field kTryFields[] = {
    {"number", Type::integer, "The first is 1."},
    {"state", Type::text, "sent, failed or unknown."},
    {"code", Type::integer, "The status it answered.", {.nullable = true}},
    {"message", Type::text, "What went wrong.", {.nullable = true}},
    {"answer", Type::text, "The first 4 KiB of what it answered.", {.nullable = true}},
    {"took_ms", Type::integer, "How long it took.", {.nullable = true}},
    {"at", Type::timestamp, "When."},
};
constexpr Field kDeliveryFields[] = {
    {"id", Type::uuid, "Its webhook-id is msg_ and this."},
    {"seq", Type::integer, "Grows with each delivery: their order."},
    {"event", Type::text, "Of which event."},
    {"state", Type::text, "intended, deferred: on its way; delivered; withdrawn, dead: not."},
    {"attempts", Type::integer, "How often it was tried."},
    {"code", Type::integer, "The last status.", {.nullable = true}},
    {"reason", Type::text, "Why it is not there yet.", {.nullable = true}},
    {"due_at", Type::timestamp, "Not before then."},
    {"created_at", Type::timestamp, "When it happened."},
    {"ended_at", Type::timestamp, "When it was settled.", {.nullable = true}},
    {"body", Type::object, "What is sent."},
    {"tries", Type::array, "Each try.", {.fields = kTryFields}},
};
constexpr Field kListQuery[] = {{"state", Type::text, "Only those that stand so."}};
constexpr Field kReplay[] = {
    {"deliveries", Type::texts, "These; or", {.max = 500, .fallback = "[]"}},
    {"from", Type::timestamp, "all that did not arrive since then,", {.nullable = true}},
    {"to", Type::timestamp, "and before then.", {.nullable = true}},
};
constexpr Field kReplayed[] = {{"replayed", Type::integer, "How many go out again."}};
constexpr Field kTested[] = {{"delivery_id", Type::uuid, "The delivery; see the list of them for what came of it."}};

/// The only answer that holds the secret.
Response make(const Services& services, const Request&, const Caller& caller, json::object& body) {
    const auto id = core::time::uuid7(), secret = domain::webhooks::new_secret();
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    const auto shown = kit::create(tx, kWebhooks, services, caller, id, body);
    tx.run(sql::secret_add, id, secret);
    tx.commit();
    auto answer = json::parse_object(shown.text);
    answer["secret"] = secret;
    auto response = core::http::json_response(201, answer);
    response.headers.emplace_back("Location", "/api/v1/webhooks/" + id);
    return response;
}

/// The old secret signs beside the new one for a day, so that nothing is lost while the other side changes over.
Response rotate(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto& id = request.parameter("id");
    const auto secret = domain::webhooks::new_secret();
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kWebhooks, caller, id);
    tx.run(sql::secret_add, id, secret);
    auto answer = json::parse_object(kit::show(tx, kWebhooks, caller, id).text);
    tx.commit();
    answer["secret"] = secret;
    return core::http::json_response(200, answer);
}

Response test(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto& id = request.parameter("id");
    const auto delivery = core::time::uuid7();
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kWebhooks, caller, id);
    tx.run(sql::insert_test, delivery, caller.organization, id);
    tx.commit();
    services.engine.wake({"integrations"});
    return core::http::json_response(202, {{"delivery_id", delivery}});
}

Response deliveries(const Services& services, const Request& request, const Caller& caller, json::object&) {
    constexpr std::array<std::string_view, 5> kStates{"intended", "deferred", "delivered", "withdrawn", "dead"};
    const auto& id = request.parameter("id");
    const auto page = kit::page_of(request);
    const auto state = request.argument("state");
    if (state && std::ranges::find(kStates, *state) == kStates.end())
        throw Error(Code::validation, "state: expected one of intended, deferred, delivered, withdrawn, dead" +
                                          core::suggestion(*state, kStates.data(), kStates.data() + kStates.size()));
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kWebhooks, caller, id);
    const auto rows = tx.run(sql::delivery_list, caller.organization, id, state, page.limit, page.skip);
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

Response replay(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    const auto& id = request.parameter("id");
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kWebhooks, caller, id);
    std::vector<std::string> wanted;
    for (const auto& one : body.at("deliveries").as_array()) {
        wanted.emplace_back(one.as_string());
        if (!core::time::is_uuid(wanted.back()))
            throw core::schema::wrong(Code::validation, "deliveries", "expected ids, got \"" + wanted.back() + '"');
    }
    const auto from = json::text_in(body, "from"), to = json::text_in(body, "to");
    if (wanted.empty() == from.empty())
        throw core::schema::wrong(Code::validation, "deliveries", "expected either these or `from`");
    const auto count = tx.run(sql::replay, caller.organization, id, wanted, from.empty() ? "infinity" : from,
                              to.empty() ? "infinity" : to)
                           .affected();
    if (count > 0) tx.run(sql::wake, caller.organization, id);
    tx.commit();
    services.engine.wake({"integrations"});
    return core::http::json_response(202, {{"replayed", count}});
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    auto routes = kit::routes_of(kWebhooks, services);
    for (auto& route : routes)
        if (route.method == "POST") {
            route.doc = "Makes a webhook; `secret` in this answer signs what it gets, and is shown this once.";
            route.handle = kit::bound(services, make);
            route.answer.shape = {"WebhookMade", {}, {}, kSecretField};
            route.has_secrets = true;
        }
    routes.push_back({.method = "POST",
                      .path = "/api/v1/webhooks/{id}/rotate",
                      .permission = kMay,
                      .doc = "Gives it a new secret; the old one signs too for a day.",
                      .handle = kit::bound(services, rotate),
                      .answer = {.shape = {"WebhookRotated", {}, {}, kSecretField}, .rows = &kWebhooks},
                      .name = "rotateWebhookSecret",
                      .has_secrets = true});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/webhooks/{id}/test",
                      .permission = kMay,
                      .doc = "Sends it an event that says nothing but that it came.",
                      .handle = kit::bound(services, test),
                      .answer = {.status = 202, .shape = {"WebhookTested", kTested}},
                      .name = "testWebhook"});
    routes.push_back({.method = "GET",
                      .path = "/api/v1/webhooks/{id}/deliveries",
                      .permission = kMay,
                      .doc = "What went to it, newest first, with what it answered.",
                      .handle = kit::bound(services, deliveries),
                      .answer = {.shape = {"WebhookDelivery", kDeliveryFields}, .is_list = true},
                      .takes = kit::kPages,
                      .query = kListQuery,
                      .name = "listWebhookDeliveries"});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/webhooks/{id}/replay",
                      .permission = kMay,
                      .doc = "Sends deliveries again, under the same webhook-id.",
                      .body = kReplay,
                      .handle = kit::bound(services, replay),
                      .answer = {.status = 202, .shape = {"WebhookReplayed", kReplayed}},
                      .name = "replayWebhook",
                      .example = R"({"from": "2030-03-05T00:00:00Z"})"});
    return routes;
}

}  // namespace nightshift::api::webhooks
