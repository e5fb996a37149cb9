// The only file that knows everyone: builds the engine and the API from a configuration.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "api/kit/router.h"
#include "core/errors/tracker.h"
#include "core/http/server.h"
#include "core/metrics/metrics.h"
#include "daemon/configuration.h"
#include "queue/engine.h"
#include "workers/sweeps/watch.h"

namespace nightshift::daemon {

/// A process put together: started by construction, stopped by drain().
class Daemon {
public:
    /// `roles`: api, dispatcher, scheduler, worker, maintenance. Waits for PostgreSQL as long as `keep_waiting` says
    /// so.
    Daemon(const Configuration& configuration, const std::set<std::string>& roles,
           const std::function<bool()>& keep_waiting);
    ~Daemon();
    std::uint16_t port() const { return server_ ? server_->port() : std::uint16_t{0}; }
    /// Whether every loop moved lately: only then is the watchdog fed.
    bool is_moving() const;
    bool drain(std::chrono::milliseconds limit);

private:
    void make_services(const Configuration& configuration, bool answers);
    void open_api(const Configuration& configuration);
    void open_metrics(const Configuration& configuration);
    void measure();
    void measure_api();

    std::unique_ptr<core::errors::Tracker> tracker_;  // first: hears of everything
    std::shared_ptr<core::metrics::Registry> metrics_;
    std::unique_ptr<queue::Engine> engine_;
    std::unique_ptr<core::pg::Pool> pool_;
    std::unique_ptr<domain::identity::Gate> gate_;
    std::unique_ptr<domain::jobs::Numbers> numbers_;
    std::unique_ptr<api::kit::Services> services_;
    std::unique_ptr<api::kit::Protection> protection_;
    std::unique_ptr<api::kit::Router> router_;
    std::unique_ptr<core::http::Server> server_;
    std::unique_ptr<api::kit::Router> watch_router_;
    std::unique_ptr<core::http::Server> watch_server_;
    std::unique_ptr<nightshift::workers::sweeps::Watch> sweep_watch_;
    std::vector<core::metrics::Registry::Token> measuring_;  // last: end first
};

}  // namespace nightshift::daemon
