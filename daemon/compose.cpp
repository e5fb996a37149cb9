#include "daemon/compose.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "api/health/health.h"
#include "api/jobs/bulk.h"
#include "api/metrics/metrics.h"
#include "api/openapi/document.h"
#include "core/error/error.h"
#include "core/log/log.h"
#include "core/metrics/process.h"
#include "core/pg/migrate.h"
#include "daemon/notify.h"
#include "domain/deliveries/deliveries.h"
#include "domain/deliveries/standing.h"
#include "domain/jobs/numbers.h"
#include "kinds.h"
#include "migrations.h"
#include "resources.h"
#include "views.h"

namespace nightshift::daemon {
namespace {

using namespace std::chrono_literals;

/// A database that is not there yet at boot is no reason to fail; one of the wrong version is.
void prepare_schema(const Configuration& configuration, const std::function<bool()>& keep_waiting) {
    const auto url = configuration.text("database.url");
    std::mutex mutex;
    std::condition_variable never;
    for (;;) {
        try {
            if (configuration.flag("database.migrate_on_start")) {
                for (const auto& name : core::pg::migrate(url, generated::migrations, generated::views))
                    core::log::info("schema.migrated", {{"migration", name}});
                return;
            }
            const int there = core::pg::schema_version(url), known = std::end(generated::migrations)[-1].number;
            if (there == known) return;
            throw core::Error(core::Code::configuration, "schema: the database is at migration " +
                                                             std::to_string(there) + ", this program needs " +
                                                             std::to_string(known) + "; run `nightshift migrate`");
        } catch (const core::Error& problem) {
            if (!problem.again() || !keep_waiting()) throw;
            core::log::warn("database.waiting", {{"error", problem.what()}});
            notify("STATUS=waiting for PostgreSQL\nEXTEND_TIMEOUT_USEC=30000000");
            std::unique_lock lock(mutex);
            never.wait_for(lock, 1s);
        }
    }
}

queue::EngineSettings engine_settings(const Configuration& configuration, const std::set<std::string>& roles,
                                      std::shared_ptr<core::metrics::Registry> metrics) {
    auto queues = core::json::texts(configuration.at("workers.queues"));
    const bool broker = configuration.text("broker.transport") == "rabbitmq";
    const auto deliveries = std::make_shared<const domain::deliveries::Standing>(*metrics);
    return {.database_url = configuration.text("database.url"),
            .broker_url = broker ? configuration.text("broker.url") : std::string{},
            .dispatch = roles.contains("dispatcher"),
            .schedule = roles.contains("scheduler"),
            .work = roles.contains("worker"),
            .maintain = roles.contains("maintenance"),
            .queues = std::move(queues),
            .slots = static_cast<std::size_t>(configuration.number("workers.slots")),
            .name = configuration.text("workers.name"),
            .diagnostics = configuration.flag("diagnostics.enabled"),
            .beat = configuration.span("workers.beat"),
            .lease = configuration.span("workers.lease"),
            .rehint = configuration.span("workers.rehint"),
            .drain = configuration.span("workers.drain_timeout"),
            .rescue_every = configuration.span("workers.rescue_every"),
            .retention_days = static_cast<int>(configuration.number("retention.runs_days")),
            .dead_retention_days = static_cast<int>(configuration.number("retention.dead_days")),
            // this very file, also once an upgrade has put another in its place
            .program = "/proc/self/exe",
            .config_path = configuration.path(),
            .setting = [configuration](std::string_view path) { return configuration.at(path); },
            .metrics = std::move(metrics),
            .sample = [deliveries](core::pg::Pool& pool) { deliveries->sample(pool); }};
}

domain::identity::GateSettings gate_settings(const Configuration& configuration) {
    return {.access = std::chrono::duration_cast<std::chrono::seconds>(configuration.span("auth.access_token")),
            .refresh = std::chrono::duration_cast<std::chrono::seconds>(configuration.span("auth.refresh_token")),
            .registration = configuration.text("auth.register"),
            .failures_to_lock = static_cast<int>(configuration.number("auth.failures_to_lock")),
            .password_cost = static_cast<int>(configuration.number("auth.password_cost")),
            .rotate = std::chrono::duration_cast<std::chrono::seconds>(configuration.span("auth.rotate_keys"))};
}

api::kit::ProtectionSettings protection_settings(const Configuration& configuration) {
    const auto limit = [&](std::string_view path) { return static_cast<std::uint32_t>(configuration.number(path)); };
    return {.user = limit("limits.user"),
            .key = limit("limits.key"),
            .address = limit("limits.address"),
            .sign_in = limit("limits.sign_in"),
            .remembered = static_cast<std::size_t>(configuration.number("limits.remembered")),
            .proxies = core::json::texts(configuration.at("api.trusted_proxies")),
            .origins = core::json::texts(configuration.at("cors.origins")),
            .preflight = std::chrono::duration_cast<std::chrono::seconds>(configuration.span("cors.max_age"))};
}

}  // namespace

namespace {

std::unique_ptr<core::errors::Tracker> tracker_of(const Configuration& configuration) {
    const auto given = configuration.text("errors.sentry_dsn");
    if (given.empty()) return nullptr;
    const auto dsn = core::errors::parse_dsn(given);
    if (!dsn)
        throw core::Error(
            core::Code::configuration,
            "errors.sentry_dsn_file: expected a DSN as the tracker shows it: https://<key>@<host>/<project>");
    return std::make_unique<core::errors::Tracker>(
        core::errors::TrackerSettings{.dsn = *dsn,
                                      .release = NIGHTSHIFT_VERSION,
                                      .environment = configuration.text("environment"),
                                      .server = configuration.text("workers.name")});
}

}  // namespace

Daemon::Daemon(const Configuration& configuration, const std::set<std::string>& roles,
               const std::function<bool()>& keep_waiting)
    : tracker_(tracker_of(configuration)) {
    prepare_schema(configuration, keep_waiting);
    const bool answers = roles.contains("api");
    metrics_ = std::make_shared<core::metrics::Registry>();
    auto settings = engine_settings(configuration, roles, metrics_);
    settings.above = domain::jobs::BulkStep([this](auto&&... of) { return api::jobs::bulk_step(*services_, of...); });
    engine_ = std::make_unique<queue::Engine>(std::move(settings), generated::kinds);
    make_services(configuration, answers);
    domain::deliveries::prepare(*pool_, domain::deliveries::settings_from(services_->setting));
    engine_->start();
    // Nobody is answered before the engine can take what they send
    if (answers) open_api(configuration);
    if (configuration.number("metrics.port") != 0) open_metrics(configuration);
    measure();
    if (!roles.contains("scheduler")) return;
    sweep_watch_ = std::make_unique<nightshift::workers::sweeps::Watch>(
        *pool_, [this](const auto& queues) { engine_->wake(queues); });
    sweep_watch_->start();
}

/// What routes stand on. A worker alone has it too: it knows how jobs change.
void Daemon::make_services(const Configuration& configuration, bool answers) {
    const auto pool = static_cast<std::size_t>(configuration.number("database.pool"));
    const auto threads = static_cast<std::size_t>(configuration.number("api.threads"));
    pool_ = std::make_unique<core::pg::Pool>(
        core::pg::PoolSettings{.url = configuration.text("database.url"),
                               .size = !answers    ? 2
                                       : pool == 0 ? threads
                                                   : pool,
                               .statement_timeout = configuration.span("database.statement_timeout"),
                               .name = answers ? "nightshift-api" : "nightshift-rules"});
    if (answers) {
        gate_ = std::make_unique<domain::identity::Gate>(*pool_, gate_settings(configuration),
                                                         [] { return std::chrono::system_clock::now(); });
        gate_->prepare();
    }
    numbers_ = std::make_unique<domain::jobs::Numbers>(pool_->settings());
    services_ = std::make_unique<api::kit::Services>(
        api::kit::Services{*pool_, *engine_, [configuration](std::string_view path) { return configuration.at(path); },
                           gate_.get(), metrics_.get(), numbers_.get()});
}

void Daemon::open_api(const Configuration& configuration) {
    protection_ = std::make_unique<api::kit::Protection>(protection_settings(configuration));
    std::vector<api::kit::Route> routes;
    for (const auto& make : generated::resources)
        for (auto& route : make(*services_)) routes.push_back(std::move(route));
    api::openapi::publish(routes, configuration.text("api.pages"));
    router_ = std::make_unique<api::kit::Router>(
        std::move(routes),
        api::kit::Access{.identify = [this](const std::string& token) { return gate_->identify(token); },
                         .pool = pool_.get(),
                         .protection = protection_.get()},
        metrics_.get());
    server_ = std::make_unique<core::http::Server>(
        core::http::ServerSettings{.host = configuration.text("api.host"),
                                   .port = static_cast<std::uint16_t>(configuration.number("api.port")),
                                   .threads = static_cast<std::size_t>(configuration.number("api.threads")),
                                   .connections = static_cast<std::size_t>(configuration.number("api.connections")),
                                   .max_body = static_cast<std::size_t>(configuration.number("api.max_body")),
                                   .is_behind_tls = configuration.flag("api.behind_tls")},
        [this](core::http::Request request) { return router_->answer(std::move(request)); });
}

/// For who watches the process, not for who works with it: no token, so the address is the operator's to guard.
void Daemon::open_metrics(const Configuration& configuration) {
    auto routes = api::health::routes(*services_);
    for (auto& route : api::metrics::routes(*services_)) {
        route.permission = {};
        routes.push_back(std::move(route));
    }
    watch_router_ = std::make_unique<api::kit::Router>(std::move(routes), api::kit::Access{});
    watch_server_ = std::make_unique<core::http::Server>(
        core::http::ServerSettings{.host = configuration.text("metrics.host"),
                                   .port = static_cast<std::uint16_t>(configuration.number("metrics.port")),
                                   .threads = 1,
                                   .queue = 16,
                                   .connections = 64,
                                   .max_body = 0},
        [this](core::http::Request request) { return watch_router_->answer(std::move(request)); });
}

/// What the door, the process and the log know of themselves.
void Daemon::measure() {
    auto& registry = *metrics_;
    registry.gauges("nightshift_build_info", "Always 1; the version is a label.", {"version"})
        .with({NIGHTSHIFT_VERSION})
        .set(1);
    const auto told = registry.counter("nightshift_errors_told_total", "Errors that the error tracker took.");
    const auto untold = registry.counter("nightshift_errors_lost_total", "Errors that it did not take.");
    const auto dropped =
        registry.counter("nightshift_log_dropped_total", "Lines of the log that could not be written.");
    measuring_.push_back(core::metrics::watch_process(registry));
    measuring_.push_back(registry.before_scrape([=, this] {
        const auto tracked = tracker_ ? tracker_->counts() : core::errors::Tracker::Counts{};
        told.raise_to(static_cast<double>(tracked.sent));
        untold.raise_to(static_cast<double>(tracked.lost));
        dropped.raise_to(static_cast<double>(core::log::dropped()));
        engine_->measure(*pool_);
    }));
    if (server_) measure_api();
}

void Daemon::measure_api() {
    auto& registry = *metrics_;
    const auto connections = registry.gauge("nightshift_http_connections", "Open connections.");
    const auto busy = registry.gauge("nightshift_http_busy", "Requests being worked on.");
    const auto queued = registry.gauge("nightshift_http_queued", "Requests that wait for a thread.");
    const auto refused = registry.counter("nightshift_http_refused_total", "Requests the door refused itself.");
    measuring_.push_back(registry.before_scrape([=, this] {
        const auto state = server_->state();
        connections.set(static_cast<double>(state.connections));
        busy.set(static_cast<double>(state.busy));
        queued.set(static_cast<double>(state.queued));
        refused.raise_to(static_cast<double>(state.refused));
    }));
}

Daemon::~Daemon() {
    measuring_.clear();
    watch_server_.reset();
    sweep_watch_.reset();
    server_.reset();
    engine_.reset();
}

bool Daemon::is_moving() const {
    constexpr auto kStuck = 20s;
    if (server_ && server_->stalled() > kStuck) return false;
    if (sweep_watch_ && sweep_watch_->stalled() > kStuck) return false;
    const auto state = engine_->state();
    return std::ranges::all_of(state.stalled, [&](const auto& loop) { return loop.second < kStuck; });
}

bool Daemon::drain(std::chrono::milliseconds limit) {
    if (sweep_watch_) sweep_watch_->stop();
    const bool clean = engine_->drain(limit);
    if (server_) server_->stop(5s);
    return clean;
}

}  // namespace nightshift::daemon
