#include "workers/maintenance/timer_sweep.h"

#include <set>

#include "core/time/time.h"
#include "domain/jobs/sql.h"
#include "domain/notifications/sql.h"

namespace nightshift::workers::maintenance::timer_sweep {
namespace {

namespace json = core::json;
namespace sql = domain::jobs::sql;
constexpr int kBatch = 1000, kLongDay = 16, kSecondsAnHour = 3600;

json::object letter(const core::pg::Result& rows, std::size_t i, int hours) {
    const auto text = [&](std::size_t column) { return std::string(rows.text(i, column)); };
    return {{"id", core::time::uuid7()},
            {"user_id", text(1)},
            {"type", "timer_stopped"},
            {"title", "Your timer was stopped after " + std::to_string(hours) + " h: " + text(3) + " " + text(4)},
            {"body", "It looked forgotten. Please set its time right: it is marked to be looked at."},
            {"job_id", text(2)},
            {"data", json::object{{"time_log_id", text(0)}}}};
}

json::array shown(const core::pg::Result& rows) {
    json::array timers;
    for (std::size_t i = 0; i < rows.size(); ++i)
        timers.push_back(json::object{{"time_log_id", rows.text(i, 0)},
                                      {"user", rows.text(i, 6)},
                                      {"job", rows.text(i, 3)},
                                      {"since", core::time::rfc3339(rows.time(i, 5))}});
    return timers;
}

/// Stops them and tells whose they were, in the transaction that ends the run. Returns how many still ran.
std::size_t stop(queue::Run& run, const core::pg::Result& rows, int hours) {
    auto& tx = run.transaction();
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < rows.size(); ++i) ids.emplace_back(rows.text(i, 0));
    const auto capped = tx.run(sql::timer_cap, run.organization(), ids, hours * kSecondsAnHour);
    std::set<std::string, std::less<>> stopped;
    for (std::size_t i = 0; i < capped.size(); ++i) stopped.emplace(capped.text(i, 0));
    json::array letters;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (stopped.contains(rows.text(i, 0))) letters.push_back(letter(rows, i, hours));
    if (!letters.empty()) tx.run(domain::notifications::sql::tell_each, run.organization(), json::text(letters));
    return stopped.size();
}

}  // namespace

queue::Outcome work(const json::object& args, queue::Run& run) {
    const int hours = number_of(args, "hours", run, "timers.stop_after_hours", kLongDay);
    const auto rows = core::pg::once(run.pool(), sql::timers_forgotten, run.organization(),
                                     run.now() - std::chrono::hours(hours), kBatch);
    const auto stopped = is_dry(args) || rows.empty() ? rows.size() : stop(run, rows, hours);
    return queue::Done{
        json::object{{"dry_run", is_dry(args)}, {"hours", hours}, {"stopped", stopped}, {"timers", shown(rows)}}};
}

}  // namespace nightshift::workers::maintenance::timer_sweep
