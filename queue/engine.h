// The engine of one process: dispatcher, scheduler, consumer, slots, heartbeat, rescue, maintenance, by role.
//
//   Engine engine(settings, kinds);   engine.start();   ...   engine.drain(30s);
#pragma once

#include <any>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/metrics/metrics.h"
#include "core/pg/pg.h"
#include "queue/kind.h"

namespace nightshift::queue {

struct EngineSettings {
    std::string database_url;
    std::string broker_url = {};                                          ///< empty: transport postgres
    bool dispatch = true, schedule = true, work = true, maintain = true;  ///< roles
    std::vector<std::string> queues = {"default", "reports", "sweeps", "reminders", "notifications", "integrations"};
    std::size_t slots = 8;  ///< handler threads
    std::string name = "worker";
    bool hand_over = true;  ///< idle slots take runs from a dispatcher of their own process without a hint
    bool diagnostics = false;
    std::chrono::milliseconds beat{10000}, lease{30000}, rehint{10000}, drain{30000};
    std::chrono::milliseconds rescue_every{5000};
    int crash_budget = 3;
    int retention_days = 7, dead_retention_days = 90;
    std::string program = {};      ///< path of this executable, for isolated kinds
    std::string config_path = {};  ///< handed to isolated children
    std::function<json::value(std::string_view)> setting = nullptr;
    std::any above = {};                                         ///< for kinds that ask for it by its type: Run::above
    std::shared_ptr<core::metrics::Registry> metrics = nullptr;  ///< where to count; null: for nobody
    std::function<void(core::pg::Pool&)> sample = nullptr;       ///< what else is read when figures are asked for
};

struct EngineState {
    bool broker_up = false;
    bool database_up = false;
    bool draining = false;
    std::string incarnation;
    std::size_t busy = 0, slots = 0;
    std::map<std::string, std::chrono::milliseconds> stalled =
        {};  ///< per loop: time since it last moved, for the watchdog
};

class Engine {
public:
    Engine(EngineSettings settings, std::span<const Kind* const> kinds);
    ~Engine();
    void start();
    /// Stops claiming, hands back hints, waits for handlers up to the limit, then interrupts them (free of charge),
    /// ends leases. True when nothing had to be interrupted.
    bool drain(std::chrono::milliseconds limit);
    /// New ready rows were committed in these queues: dispatch now instead of at the next poll.
    void wake(const std::vector<std::string>& queues);
    /// A run was asked to cancel: tell the local slot at once.
    void cancel_hint(const std::string& run_id);
    std::span<const Kind* const> kinds() const;
    const EngineSettings& settings() const;
    EngineState state() const;
    core::pg::Pool& pool();
    /// Tells the metrics of a pool that is not the engine's own.
    void measure(const core::pg::Pool& pool);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace nightshift::queue
