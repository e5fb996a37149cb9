#include "workers/maintenance/run_retention.h"

#include "queue/retention.h"

namespace nightshift::workers::maintenance::run_retention {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    constexpr int kWeek = 7, kQuarter = 90;
    const core::json::object none;
    const int days = number_of(none, "", run, "retention.runs_days", kWeek),
              dead_days = number_of(none, "", run, "retention.dead_days", kQuarter);
    const auto gone = is_dry(args) ? queue::history_to_forget(run.pool(), days, dead_days)
                                   : queue::forget_history(run.pool(), days, dead_days);
    core::json::array partitions;
    for (const auto& one : gone.partitions) partitions.push_back(core::json::value(one));
    return queue::Done{core::json::object{{"dry_run", is_dry(args)},
                                          {"runs_days", days},
                                          {"dead_days", dead_days},
                                          {"days_dropped", std::move(partitions)},
                                          {"dead_runs", gone.dead_runs},
                                          {"events_and_ticks", gone.rows}}};
}

}  // namespace nightshift::workers::maintenance::run_retention
