#include "queue/metrics.h"

#include "queue/kinds.h"

namespace nightshift::queue {

Metrics::Metrics(core::metrics::Registry& from)
    : registry(from),
      admitted(from.counters("nightshift_runs_admitted_total", "Runs let in by the dispatcher.", {"queue"})),
      hinted_again(from.counters("nightshift_runs_rehinted_total",
                                 "Runs hinted again because nobody claimed them in time.", {"queue"})),
      hints_stale(from.counter("nightshift_hints_stale_total",
                               "Hinted runs that were somebody else's already: late or repeated hints.")),
      rescued_runs(
          from.counter("nightshift_rescued_runs_total", "Runs given back because the process that had them was lost.")),
      rescued_dead(from.counter("nightshift_rescued_dead_total", "Rescued runs given up: they took down too many.")),
      lost_processes(from.counter("nightshift_lost_processes_total", "Processes declared lost: their lease ran out.")),
      ticks(
          from.counters("nightshift_schedule_ticks_total", "Ticks of schedules by what became of them.", {"outcome"})),
      tick_late(from.histograms("nightshift_schedule_late_seconds", "How late ticks were fired.", {},
                                core::metrics::work_seconds())
                    .with({})),
      slots(from.gauge("nightshift_slots", "How many runs this process works on at once.")),
      slots_busy(from.gauge("nightshift_slots_busy", "How many it works on now.")),
      lease_age(from.gauge("nightshift_lease_age_seconds", "Since this process last renewed its lease.")),
      draining(from.gauge("nightshift_draining", "1 while this process takes nothing new.")),
      broker_connected(from.gauges("nightshift_broker_connected",
                                   "1 while linked to RabbitMQ, 0 while PostgreSQL stands in.", {"role"})),
      broker_blocked(from.gauge("nightshift_broker_blocked", "1 while RabbitMQ takes no messages: memory or disk.")),
      broker_publishes(from.counter("nightshift_broker_publishes_total", "Hints given to RabbitMQ.")),
      broker_confirms(from.counter("nightshift_broker_confirms_total", "Hints that RabbitMQ confirmed.")),
      broker_nacks(from.counter("nightshift_broker_nacks_total", "Hints that RabbitMQ refused.")),
      pool_size(from.gauges("nightshift_pool_connections_max", "Connections a pool may have.", {"pool"})),
      pool_in_use(from.gauges("nightshift_pool_connections_in_use", "Connections on loan.", {"pool"})),
      pool_waiting(from.gauges("nightshift_pool_waiting", "Threads that wait for a connection.", {"pool"})),
      pool_failures(
          from.counters("nightshift_pool_failures_total", "Connections that broke or could not be made.", {"pool"})),
      waited_(from.histograms("nightshift_run_waiting_seconds", "From ready to claimed.", {"queue", "kind"},
                              core::metrics::work_seconds())),
      took_(from.histograms("nightshift_run_running_seconds", "How long handlers took.", {"queue", "kind"},
                            core::metrics::work_seconds())),
      outcomes_(
          from.counters("nightshift_run_outcomes_total", "Attempts by how they ended.", {"queue", "kind", "outcome"})),
      retries_(from.counters("nightshift_run_retries_total", "Failed attempts after which the run is tried again.",
                             {"queue", "kind"})) {}

const RunSeries& Metrics::of(std::string_view queue, std::string_view kind) {
    if (find_kind(kind) == nullptr) kind = "unknown";
    const auto key = std::pair<std::string, std::string>(queue, kind);
    {
        const std::shared_lock lock(mutex_);
        if (const auto found = known_.find(key); found != known_.end()) return found->second;
    }
    const std::unique_lock lock(mutex_);
    return known_
        .try_emplace(key, RunSeries{.waited = waited_.with({queue, kind}),
                                    .took = took_.with({queue, kind}),
                                    .succeeded = outcomes_.with({queue, kind, "succeeded"}),
                                    .retries = retries_.with({queue, kind}),
                                    .queue = key.first,
                                    .kind = key.second})
        .first->second;
}

void Metrics::ended(const RunSeries* series, std::string_view outcome, std::size_t runs) {
    if (series == nullptr || runs == 0) return;
    const auto count = static_cast<double>(runs);
    if (outcome == "succeeded") return series->succeeded.add(count);
    outcomes_.with({series->queue, series->kind, outcome}).add(count);
    if (outcome == "retry" || outcome == "crash") series->retries.add(count);
}

void Metrics::watch(const core::pg::Pool& pool) {
    const auto state = pool.state();
    const auto& name = pool.settings().name;
    pool_size.with({name}).set(static_cast<double>(state.size));
    pool_in_use.with({name}).set(static_cast<double>(state.in_use));
    pool_waiting.with({name}).set(static_cast<double>(state.waiting));
    pool_failures.with({name}).raise_to(static_cast<double>(state.failures));
}

}  // namespace nightshift::queue
