#include "core/pg/migrate.h"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

#include <map>

#include "core/error/error.h"
#include "core/pg/session.h"

namespace nightshift::core::pg {
namespace {

constexpr Statement kRecord{"pg.migration_record",
                            "insert into nightshift_migration (number, name, sha256) values ($1, $2, $3)"};
constexpr std::string_view kBooks =
    "create table if not exists nightshift_migration (number int primary key, name text not null, sha256 text not "
    "null, "
    "applied_at timestamptz not null default clock_timestamp())";

std::string fingerprint(std::string_view text) {
    Poco::SHA2Engine engine;
    engine.update(text.data(), text.size());
    return Poco::DigestEngine::digestToHex(engine.digest());
}

std::map<int, std::string> applied(Transaction& tx) {
    std::map<int, std::string> known;
    const auto rows = tx.execute("select number, sha256 from nightshift_migration order by number");
    for (std::size_t i = 0; i < rows.size(); ++i) known[static_cast<int>(rows.number(i, 0))] = rows.text(i, 1);
    return known;
}

void refuse_strangers(const std::map<int, std::string>& known, std::span<const Migration> migrations) {
    const int newest = migrations.empty() ? 0 : migrations.back().number;
    if (!known.empty() && known.rbegin()->first > newest)
        throw Error(Code::configuration, "schema: the database is at migration " +
                                             std::to_string(known.rbegin()->first) + ", this program knows up to " +
                                             std::to_string(newest) + "; install the newer nightshift");
}

void rebuild_views(Transaction& tx, std::span<const View> views) {
    tx.execute("drop schema if exists api cascade");
    tx.execute("create schema api");
    for (const auto& view : views)
        if (!view.sql.empty()) tx.execute(view.sql);
}

}  // namespace

std::vector<std::string> migrate(const std::string& url, std::span<const Migration> migrations,
                                 std::span<const View> views) {
    Pool pool({.url = url, .size = 1, .statement_timeout = std::chrono::minutes(30), .name = "nightshift-migrate"});
    auto lease = pool.acquire();
    std::vector<std::string> done;
    {
        // The lock is the session's: held over all migrations, so a second migrator waits and then finds nothing to do.
        Transaction tx(lease);
        tx.execute("select pg_advisory_lock(hashtext('nightshift.migrate'))");
        tx.execute(kBooks);
        tx.commit();
    }
    for (const auto& migration : migrations) {
        Transaction tx(lease);
        const auto known = applied(tx);
        refuse_strangers(known, migrations);
        const auto hash = fingerprint(migration.sql);
        if (const auto found = known.find(migration.number); found != known.end()) {
            if (found->second != hash)
                throw Error(Code::configuration,
                            "schema: migration " + std::string(migration.name) +
                                " was edited after it was applied; restore its text and add a new one");
            continue;
        }
        tx.run(kRecord, migration.number, migration.name, hash);
        tx.execute(migration.sql);
        tx.commit();
        done.emplace_back(migration.name);
    }
    Transaction tx(lease);
    rebuild_views(tx, views);
    tx.commit();
    return done;
}

int schema_version(const std::string& url) {
    Pool pool({.url = url, .size = 1, .name = "nightshift-version"});
    auto lease = pool.acquire();
    Transaction tx(lease, {.read_only = true});
    const auto there = tx.execute("select to_regclass('nightshift_migration') is not null");
    if (!there.flag(0, 0)) return 0;
    return static_cast<int>(tx.execute("select coalesce(max(number), 0) from nightshift_migration").number(0, 0));
}

}  // namespace nightshift::core::pg
