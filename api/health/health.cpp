#include "api/health/health.h"

namespace nightshift::api::health {
namespace {

using core::http::Request;
using core::http::Response;
namespace json = core::json;

using core::schema::Type;

constexpr core::schema::Field kHealthFields[] = {{"status", Type::text, "ok"}};
constexpr core::schema::Field kReadyFields[] = {
    {"status", Type::choice, "Whether it takes work.", {.choices = "ready|degraded|not ready"}},
    {"database", Type::choice, "PostgreSQL.", {.choices = "up|down"}},
    {"broker", Type::choice, "RabbitMQ.", {.choices = "up|down|not used"}},
    {"draining", Type::boolean, "It is about to stop."},
};

/// The broker's absence degrades and is said; the database's makes us not ready.
Response ready(const kit::Services& services) {
    const auto state = services.engine.state();
    const bool wants_broker = !services.engine.settings().broker_url.empty();
    const bool is_ready = state.database_up && !state.draining;
    const auto* status = !is_ready ? "not ready" : wants_broker && !state.broker_up ? "degraded" : "ready";
    return core::http::json_response(is_ready ? 200 : 503, {{"status", status},
                                                            {"database", state.database_up ? "up" : "down"},
                                                            {"broker", !wants_broker     ? "not used"
                                                                       : state.broker_up ? "up"
                                                                                         : "down"},
                                                            {"draining", state.draining}});
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    return {
        {"GET",
         "/health",
         "",
         "Is the process alive?",
         {},
         [](const Request&, const kit::Caller&, json::object&) {
             return core::http::json_response(200, {{"status", "ok"}});
         },
         {.shape = {"Health", kHealthFields, R"({"status":"ok"})"}}},
        {"GET",
         "/ready",
         "",
         "Is it ready for work?",
         {},
         [&services](const Request&, const kit::Caller&, json::object&) { return ready(services); },
         {.shape = {"Readiness", kReadyFields, R"({"status":"ready","database":"up","broker":"up","draining":false})"},
          .also = 503}},
    };
}

}  // namespace nightshift::api::health
