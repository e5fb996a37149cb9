#include "core/error/error.h"
#include "core/time/cron.h"
#include "daemon/commands/console/show.h"
#include "daemon/commands/doctor/checks.h"
#include "queue/sql.h"

namespace nightshift::daemon::doctor {
namespace {

using console::span;
namespace sql = queue::sql;

constexpr double kLongWait = 300, kLately = 3600;  // seconds
constexpr const char* kZones[] = {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"};

Finding workers(core::pg::Pool& pool) {
    const auto rows = core::pg::once(pool, sql::doctor_workers);
    const char* roles[] = {"dispatcher", "scheduler", "worker", "maintenance"};
    std::string found, missing;
    for (std::size_t i = 0; i < std::size(roles); ++i) {
        found += (i == 0 ? "" : ", ") + std::string(rows.text(0, i)) + " " + roles[i];
        if (rows.number(0, i) == 0) missing += (missing.empty() ? "" : ", ") + std::string(roles[i]);
    }
    if (!missing.empty())
        return {"workers", Health::failure, "no living " + missing + " (" + found + ")",
                "start one: `nightshift serve` is all four, `nightshift worker` only works"};
    if (const auto unserved = std::string(rows.text(0, 5)); !unserved.empty())
        return {"workers", Health::failure, "runs wait in queues that no worker serves: " + unserved,
                "add them to workers.queues of a worker"};
    if (const auto lost = rows.number(0, 4); lost > 0)
        return {"workers", Health::warning, std::to_string(lost) + " lost their lease and are not cleaned up yet",
                "look again in a minute: a process with the maintenance role takes their runs back"};
    return {"workers", Health::good, found};
}

Finding backlog(core::pg::Pool& pool) {
    const auto rows = core::pg::once(pool, sql::doctor_backlog, kLongWait);
    if (rows.empty()) return {"backlog", Health::good, "no ready run waits for more than " + span(kLongWait)};
    const auto name = std::string(rows.text(0, 0));
    const auto found = "the oldest ready run of the queue " + name + " waits for " + span(rows.real(0, 1));
    if (rows.flag(0, 2))
        return {"backlog", Health::warning, found + ", and the queue is paused", "nightshift queues resume " + name};
    return {"backlog", Health::warning, found,
            "nightshift runs list --queue " + name + " --state ready, then runs explain; add slots or workers"};
}

Finding dead(core::pg::Pool& pool) {
    const auto rows = core::pg::once(pool, sql::doctor_dead, kLately);
    if (rows.empty()) return {"dead runs", Health::good, "no open group grew within " + span(kLately)};
    std::string found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found += (i == 0 ? "" : "; ") + std::string(rows.text(i, 3)) + " of " + std::string(rows.text(i, 1)) + " (" +
                 std::string(rows.text(i, 2)).substr(0, 80) + ")";
    return {"dead runs", Health::warning, "within " + span(kLately) + ": " + found,
            "nightshift dead show " + std::string(rows.text(0, 0)) + "; then redrive or discard it"};
}

Finding scheduled_zones(core::pg::Pool& pool) {
    const auto rows = core::pg::once(pool, sql::doctor_zones);
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (!core::time::Zone::find(rows.text(i, 0)))
            return {"schedules", Health::failure,
                    "a schedule's time zone is unknown here: " + std::string(rows.text(i, 0)),
                    "install or update the package tzdata, or nightshift schedules update it"};
    return {"schedules", Health::good, "the time zones of all schedules are known"};
}

}  // namespace

Findings check_work(core::pg::Pool& pool) {
    Findings findings;
    using Check = Finding (*)(core::pg::Pool&);
    const std::pair<const char*, Check> checks[] = {
        {"workers", workers}, {"backlog", backlog}, {"dead runs", dead}, {"schedules", scheduled_zones}};
    for (const auto& [name, check] : checks) {
        try {
            findings.push_back(check(pool));
        } catch (const core::Error& problem) {
            findings.push_back({name, Health::failure, problem.what(), "see the finding about the database"});
        }
    }
    return findings;
}

Findings check_zones() {
    for (const auto* name : kZones)
        if (!core::time::Zone::find(name))
            return {{"time zones", Health::failure, "the zone " + std::string(name) + " is unknown",
                     "install the package tzdata"}};
    return {{"time zones", Health::good, "the IANA database is there"}};
}

}  // namespace nightshift::daemon::doctor
