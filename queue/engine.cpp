#include "queue/engine.h"

#include <algorithm>

#include "core/error/error.h"
#include "core/log/log.h"
#include "queue/dispatcher.h"
#include "queue/frontier.h"
#include "queue/kinds.h"
#include "queue/liveness.h"
#include "queue/loop.h"
#include "queue/lost.h"
#include "queue/retention.h"
#include "queue/sampler.h"
#include "queue/scheduler.h"
#include "queue/sql.h"
#include "queue/transport/postgres.h"
#include "queue/worker.h"

namespace nightshift::queue {

using namespace std::chrono_literals;

struct Engine::Impl {
    explicit Impl(EngineSettings settings);
    std::chrono::milliseconds watch();
    std::chrono::milliseconds look_for_cancels();
    std::chrono::milliseconds rescue_once();
    std::chrono::milliseconds schedule_once();
    std::vector<std::string> roles() const;
    void add(const char* name, Loop::Turn turn) { loops.push_back(std::make_unique<Loop>(name, std::move(turn))); }
    void wake(const std::vector<std::string>& queues);
    void measure();

    Context context;
    std::unique_ptr<Transport> broker, fallback;
    std::unique_ptr<Dispatcher> dispatcher;
    std::unique_ptr<Worker> worker;
    Scheduler scheduler;
    Liveness liveness;
    Lost lost;
    Pace rescue_all{0s};
    Sampler sampler;
    std::vector<std::unique_ptr<Loop>> loops;
    Loop* dispatch_loop = nullptr;
    core::metrics::Registry::Token measuring;  // last: ends first
};

Engine::Impl::Impl(EngineSettings settings)
    : context(std::move(settings)),
      fallback(postgres_transport(context.quick)),
      scheduler(context.sure),
      liveness(context, {.busy = [this] { return worker ? worker->slots().busy() : 0; },
                         .fenced =
                             [this] {
                                 if (!worker) return;
                                 worker->slots().forget_waiting();
                                 worker->slots().ask_all_to_stop(StopReason::fenced);
                             },
                         .drain_requested = [this] { context.draining = true; },
                         .roles = roles()}),
      lost(context, [this] { return worker->held(); }),
      sampler(*context.registry, context.quick, context.settings.sample) {
    const auto& wanted = context.settings;
    if (!wanted.broker_url.empty()) broker = rabbitmq_transport(wanted.broker_url);
    context.wake = [this](const auto& queues) { wake(queues); };
    if (wanted.work) worker = std::make_unique<Worker>(context, broker.get(), *fallback);
    add("lease", [this] { return liveness.run_once(); });
    if (wanted.dispatch) {
        dispatcher = std::make_unique<Dispatcher>(context.quick, Dispatcher::Settings{wanted.queues, wanted.rehint},
                                                  broker.get(), *fallback, &context.metrics);
        if (worker && wanted.hand_over)
            dispatcher->know(
                {.idle = [this] { return context.draining || !context.may_claim ? 0 : worker->slots().idle(); },
                 .take = [this](const auto& items) { return worker->take(items); },
                 .incarnation = [this] { return context.incarnation(); },
                 .give = [this](auto runs) { worker->give(std::move(runs)); }});
        add("dispatch", [this] { return dispatcher->run_once(); });
        dispatch_loop = loops.back().get();
    }
    if (wanted.schedule) add("schedule", [this] { return schedule_once(); });
    if (wanted.work) {
        add("watch", [this] { return watch(); });
        add("cancel", [this] { return look_for_cancels(); });
        add("lost", [this] { return lost.run_once(); });
    }
    if (wanted.maintain) {
        add("rescue", [this] { return rescue_once(); });
        add("retention", [this] {
            return keep_history(context.pool, context.settings.retention_days, context.settings.dead_retention_days);
        });
    }
}

std::vector<std::string> Engine::Impl::roles() const {
    std::vector<std::string> names;
    const auto& wanted = context.settings;
    if (wanted.dispatch) names.emplace_back("dispatcher");
    if (wanted.schedule) names.emplace_back("scheduler");
    if (wanted.work) names.emplace_back("worker");
    if (wanted.maintain) names.emplace_back("maintenance");
    return names;
}

void Engine::Impl::wake(const std::vector<std::string>& queues) {
    if (!dispatcher) return;  // another process's dispatcher looks five times a second
    dispatcher->notice(queues);
    dispatch_loop->wake();
}

std::chrono::milliseconds Engine::Impl::watch() {
    liveness.guard();
    worker->slots().watch();
    return 200ms;
}

std::chrono::milliseconds Engine::Impl::look_for_cancels() {
    if (worker->slots().busy() > 0) {
        const auto rows = core::pg::once(context.quick, sql::cancel_intents, context.incarnation());
        for (std::size_t i = 0; i < rows.size(); ++i)
            worker->slots().ask_to_stop(std::string(rows.text(i, 0)), StopReason::cancelled);
    }
    return 1s;
}

std::chrono::milliseconds Engine::Impl::rescue_once() {
    const auto began = std::chrono::steady_clock::now();
    const bool all = rescue_all.is_due(began);
    const auto rescued = rescue(context.pool, context.settings.crash_budget, all);
    if (all) rescue_all.done(began);
    context.metrics.lost_processes.add(static_cast<double>(rescued.incarnations));
    context.metrics.rescued_runs.add(static_cast<double>(rescued.runs));
    context.metrics.rescued_dead.add(static_cast<double>(rescued.dead));
    if (rescued.runs > 0) {
        core::log::warn("runs.rescued",
                        {{"runs", std::to_string(rescued.runs)}, {"dead", std::to_string(rescued.dead)}});
        wake(rescued.woken);
    }
    return context.settings.rescue_every;
}

std::chrono::milliseconds Engine::Impl::schedule_once() {
    const auto turned = scheduler.run_once();
    for (const auto& [outcome, count] : turned.ticks) context.metrics.ticks.with({outcome}).add(count);
    for (const auto late : turned.late_seconds) context.metrics.tick_late.observe(late);
    if (!turned.woken.empty()) wake(turned.woken);
    return turned.rest;
}

/// What is read at a scrape instead of counted.
void Engine::Impl::measure() {
    sampler.refresh();
    auto& metrics = context.metrics;
    metrics.slots.set(worker ? static_cast<double>(context.settings.slots) : 0);
    metrics.slots_busy.set(worker ? static_cast<double>(worker->slots().busy()) : 0);
    metrics.lease_age.set(std::chrono::duration<double>(liveness.lease_age()).count());
    metrics.draining.set(context.draining ? 1 : 0);
    if (broker && dispatcher) metrics.broker_connected.with({"dispatcher"}).set(dispatcher->broker_up() ? 1 : 0);
    if (broker && worker) metrics.broker_connected.with({"worker"}).set(context.broker_up ? 1 : 0);
    if (broker) {
        const auto carried = broker->state();
        metrics.broker_blocked.set(carried.blocked ? 1 : 0);
        metrics.broker_publishes.raise_to(static_cast<double>(carried.published));
        metrics.broker_confirms.raise_to(static_cast<double>(carried.confirmed));
        metrics.broker_nacks.raise_to(static_cast<double>(carried.refused));
    }
    metrics.watch(context.pool);
    metrics.watch(context.quick);
    metrics.watch(context.sure);
}

Engine::Engine(EngineSettings settings, std::span<const Kind* const> kinds) {
    register_kinds(kinds, settings.diagnostics);
    impl_ = std::make_unique<Impl>(std::move(settings));
    impl_->measuring = impl_->context.registry->before_scrape([self = impl_.get()] { self->measure(); });
}

Engine::~Engine() {
    impl_->measuring.reset();
    for (auto& loop : impl_->loops) loop->stop();
    impl_->worker.reset();
}

void Engine::start() {
    impl_->sampler.start();
    for (auto& loop : impl_->loops) loop->start();
    if (impl_->worker) impl_->worker->start();
}

bool Engine::drain(std::chrono::milliseconds limit) {
    impl_->context.draining = true;
    // Nothing new is admitted first: what goes back while we leave belongs to other processes.
    for (auto& loop : impl_->loops)
        if (loop->name() == "dispatch" || loop->name() == "schedule") loop->stop();
    bool clean = true;
    if (impl_->worker) clean = impl_->worker->drain(limit);
    for (auto& loop : impl_->loops) loop->stop();
    impl_->liveness.end();
    core::log::info("engine.drained", {{"clean", clean ? "true" : "false"}});
    return clean;
}

void Engine::wake(const std::vector<std::string>& queues) {
    impl_->wake(queues);
}

void Engine::cancel_hint(const std::string& run_id) {
    if (impl_->worker) impl_->worker->slots().ask_to_stop(run_id, StopReason::cancelled);
}

std::span<const Kind* const> Engine::kinds() const {
    return registered_kinds();
}
const EngineSettings& Engine::settings() const {
    return impl_->context.settings;
}
core::pg::Pool& Engine::pool() {
    return impl_->context.pool;
}
void Engine::measure(const core::pg::Pool& pool) {
    impl_->context.metrics.watch(pool);
}

EngineState Engine::state() const {
    const auto& self = *impl_;
    EngineState state;
    state.broker_up =
        self.broker && (!self.dispatcher || self.dispatcher->broker_up()) && (!self.worker || self.context.broker_up);
    state.database_up = self.context.database_up;
    state.draining = self.context.draining;
    state.incarnation = self.context.incarnation();
    state.busy = self.worker ? self.worker->slots().busy() : 0;
    state.slots = self.worker ? self.context.settings.slots : 0;
    for (const auto& loop : self.loops)
        if (loop->name() != "lease" && loop->name() != "retention") state.stalled[loop->name()] = loop->stalled();
    if (self.worker) state.stalled["worker"] = self.worker->stalled();
    return state;
}

}  // namespace nightshift::queue
