#include "tests/kit/tenant.h"

#include <algorithm>
#include <set>
#include <vector>

#include "core/time/time.h"

namespace nightshift::tests {
namespace {

/// People and what they are in their organization come from signing up; organizations themselves are none's rows.
const std::set<std::string, std::less<>> kFromElsewhere{"app_user", "membership"};
/// What a type alone doesn't say.
const std::map<std::string, std::string, std::less<>> kSpecial{
    {"schedule.cron", "'0 7 * * *'"}, {"job.completed_at", "null"}, {"notification.job_id", "null"}};

constexpr const char* kTenantColumns = R"(
select c.relname, a.attname, format_type(a.atttypid, null), a.attnotnull, a.atthasdef or a.attidentity <> '' or a.attgenerated <> '',
       coalesce((select substring(pg_get_constraintdef(k.oid) from 'ARRAY\[''([^'']+)''') from pg_constraint k
                  where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum] limit 1),
                (select e.enumlabel from pg_enum e where e.enumtypid = a.atttypid order by e.enumsortorder limit 1), '')
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
   and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')
 order by c.relname, a.attnum)";

struct TableColumn {
    std::string name, type, allowed;
    bool is_required, has_default;
};
using Tables = std::map<std::string, std::vector<TableColumn>, std::less<>>;

Tables tables_of(Database& database) {
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    const auto rows = tx.execute(kTenantColumns);
    Tables tables;
    for (std::size_t i = 0; i < rows.size(); ++i)
        tables[std::string(rows.text(i, 0))].push_back({std::string(rows.text(i, 1)), std::string(rows.text(i, 2)),
                                                        std::string(rows.text(i, 5)), rows.flag(i, 3),
                                                        rows.flag(i, 4)});
    return tables;
}

std::string sql_text(std::string_view text) {
    return "'" + std::string(text) + "'";
}

/// SQL of any value of the type.
std::string any_value(const TableColumn& column) {
    if (!column.allowed.empty()) return sql_text(column.allowed);
    if (column.type.ends_with("[]")) return "'{}'";
    const std::map<std::string, std::string, std::less<>> kValues{{"uuid", "gen_random_uuid()"},
                                                                  {"boolean", "false"},
                                                                  {"jsonb", "'{}'"},
                                                                  {"date", "current_date"},
                                                                  {"interval", "interval '1 hour'"},
                                                                  {"bytea", "'\\x00'"},
                                                                  {"timestamp with time zone", "clock_timestamp()"}};
    if (const auto found = kValues.find(column.type); found != kValues.end()) return found->second;
    return column.type == "text" ? "'x' || gen_random_uuid()" : "1";
}

/// The row that `job_id`, `parent_job_id` mean, when a table `job` has one: the longest name wins.
std::string referred(const Rows& rows, std::string_view column) {
    std::string best, id;
    for (const auto& [table, row] : rows)
        if (column == table + "_id" || column.ends_with("_" + table + "_id"))
            if (table.size() > best.size()) best = table, id = row;
    return id;
}

std::string value_of(const std::string& table, const TableColumn& column, const std::string& organization,
                     const Rows& rows) {
    const auto& user = rows.at("app_user");
    if (const auto found = kSpecial.find(table + "." + column.name); found != kSpecial.end()) return found->second;
    if (column.name == "id" && column.type == "uuid" && rows.contains(table)) return sql_text(rows.at(table));
    if (column.name == "organization_id") return sql_text(organization);
    if (column.type == "uuid" && column.name.ends_with("user_id")) return sql_text(user);
    if (column.name == "requested_by" || column.name == "actor") return sql_text("user:" + user);
    if (column.type == "uuid")
        if (const auto id = referred(rows, column.name); !id.empty()) return sql_text(id);
    return column.is_required && !column.has_default ? any_value(column) : std::string{};
}

}  // namespace

Rows populate(Database& database, const std::string& organization, const std::string& user) {
    const auto tables = tables_of(database);
    Rows rows{{"app_user", user}};
    for (const auto& [table, columns] : tables)
        if (!kFromElsewhere.contains(table) && columns.front().name == "id" && columns.front().type == "uuid")
            rows[table] = core::time::uuid7();
    std::string sql =
        "set local session_replication_role = replica";  // in whatever order; references are right all the same
    for (const auto& [table, columns] : tables) {
        if (kFromElsewhere.contains(table)) continue;
        std::string names, values;
        for (const auto& column : columns) {
            const auto value = value_of(table, column, organization, rows);
            if (value.empty()) continue;
            names += (names.empty() ? "" : ", ") + column.name;
            values += (values.empty() ? "" : ", ") + value;
        }
        sql += "; insert into \"" + table + "\" (" + names + ") values (" + values + ") on conflict do nothing";
    }
    database.one(sql);
    return rows;
}

std::string fingerprint(Database& database, const std::string& organization) {
    std::string all;
    for (const auto& [table, columns] : tables_of(database))
        all += database.one("select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from \"" + table +
                            "\" t where organization_id = '" + organization + "'") +
               " " + table + "\n";
    return all + database.one("select o::text from organization o where id = '" + organization + "'");
}

}  // namespace nightshift::tests
