#include <cmath>
#include <iterator>

#include "core/error/error.h"
#include "core/pg/migrate.h"
#include "daemon/commands/console/show.h"
#include "daemon/commands/doctor/checks.h"
#include "daemon/sql.h"
#include "migrations.h"
#include "queue/sql.h"

namespace nightshift::daemon::doctor {
namespace {

using console::span;
using core::pg::Result;

constexpr int kOldestVersion = 150000;
constexpr double kLongTransaction = 300;  // seconds

Finding version(const Result& server) {
    const auto found = "PostgreSQL " + std::string(server.text(0, 0));
    if (server.flag(0, 7))
        return {"database", Health::failure, found + ", a standby that takes no writes",
                "point database.url at the primary"};
    if (server.number(0, 1) < kOldestVersion)
        return {"database", Health::warning, found,
                "Nightshift is tested with PostgreSQL 15 and newer; upgrade the server"};
    return {"database", Health::good, found};
}

Finding encoding(const Result& server) {
    const auto found = std::string(server.text(0, 2));
    if (found == "UTF8") return {"encoding", Health::good, found};
    return {"encoding", Health::failure, found,
            "make the database anew with encoding UTF8: names in other scripts can't be kept"};
}

Finding durability(const Result& server) {
    if (!server.flag(0, 4))
        return {"durability", Health::failure, "fsync is off",
                "turn fsync on: a crash of the machine may cost the whole database"};
    if (!server.flag(0, 5))
        return {"durability", Health::failure, "synchronous_commit is off",
                "turn synchronous_commit on: an accepted run could be lost in a crash"};
    return {"durability", Health::good, "commits are on disk when they are reported"};
}

/// The round trip blurs the difference; only what is beyond it counts.
Finding clock(core::pg::Pool& pool) {
    const auto before = std::chrono::system_clock::now();
    const double theirs = core::pg::once(pool, sql::doctor_server).real(0, 3);
    const auto after = std::chrono::system_clock::now();
    const auto seconds = [](auto moment) { return std::chrono::duration<double>(moment.time_since_epoch()).count(); };
    const double apart = theirs < seconds(before)  ? seconds(before) - theirs
                         : theirs > seconds(after) ? theirs - seconds(after)
                                                   : 0;
    if (apart < 1) return {"clock", Health::good, "this host and the database differ by less than a second"};
    return {"clock", apart < 30 ? Health::warning : Health::failure,
            "this host and the database differ by " + span(apart),
            "let both follow a time server (timedatectl set-ntp true): schedules go by the database, logs and tokens "
            "by the host"};
}

/// As the engine and the API open them: a connection a slot and nineteen more, and the pool of the API.
Finding connections(const Result& server, const Configuration& configuration) {
    const auto pool = configuration.number("database.pool");
    const auto wanted =
        configuration.number("workers.slots") + 19 + (pool == 0 ? configuration.number("api.threads") : pool);
    const auto room = server.number(0, 8), taken = server.number(0, 9);
    const auto found = std::to_string(taken) + " of " + std::to_string(room) +
                       " connections taken; a process may open " + std::to_string(wanted);
    if (wanted > room)
        return {"connections", Health::failure, found,
                "raise max_connections, or lower workers.slots and database.pool"};
    if (taken + 5 > room)
        return {"connections", Health::failure, found, "raise max_connections, or stop what holds them"};
    if (taken * 10 > room * 8)
        return {"connections", Health::warning, found, "raise max_connections before it is full"};
    return {"connections", Health::good, found};
}

Finding schema(const std::string& url) {
    const int there = core::pg::schema_version(url), known = std::end(generated::migrations)[-1].number;
    const auto found = "at migration " + std::to_string(there);
    if (there == known) return {"schema", Health::good, found};
    if (there < known)
        return {"schema", Health::failure, found + ", this program needs " + std::to_string(known),
                "run `nightshift migrate`"};
    return {"schema", Health::failure, found + ", this program knows up to " + std::to_string(known),
            "install the newer nightshift"};
}

Finding vacuum(core::pg::Pool& pool, const Result& server) {
    if (!server.flag(0, 6))
        return {"vacuum", Health::failure, "autovacuum is off",
                "turn autovacuum and track_counts on: the queue's table grows without it"};
    const auto rows = core::pg::once(pool, sql::doctor_vacuum);
    if (rows.empty()) return {"vacuum", Health::good, "autovacuum keeps up"};
    return {"vacuum", Health::warning,
            "the table " + std::string(rows.text(0, 0)) + " has " + std::string(rows.text(0, 1)) +
                " dead rows beside " + std::string(rows.text(0, 2)) + " live ones",
            "look for what holds autovacuum up (long transactions, its cost limits); VACUUM the table by hand"};
}

Finding pins(core::pg::Pool& pool) {
    const auto rows = core::pg::once(pool, queue::sql::pins, kLongTransaction);
    if (rows.empty()) return {"transactions", Health::good, "none is open for more than " + span(kLongTransaction)};
    auto found = std::string(rows.text(0, 0));
    found += rows.is_null(0, 1) ? " is not in use" : " is open for " + span(rows.real(0, 1));
    if (rows.size() > 1) found += ", and " + std::to_string(rows.size() - 1) + " more";
    return {"transactions", Health::warning, found,
            "end it (select pg_terminate_backend(pid), drop the slot): dead rows can't be cleaned up while it lasts"};
}

}  // namespace

Findings check_database(core::pg::Pool& pool, const Configuration& configuration, bool& is_up) {
    Findings findings;
    try {
        const auto server = core::pg::once(pool, sql::doctor_server);
        findings = {version(server), encoding(server), durability(server), connections(server, configuration)};
        findings.push_back(clock(pool));
        findings.push_back(schema(configuration.text("database.url")));
        is_up = findings.back().health == Health::good;
        findings.push_back(vacuum(pool, server));
        findings.push_back(pins(pool));
    } catch (const core::Error& problem) {
        is_up = false;
        findings.push_back({"database", Health::failure, problem.what(),
                            "start PostgreSQL, or correct database.url; does its user have the right to log in?"});
    }
    return findings;
}

}  // namespace nightshift::daemon::doctor
