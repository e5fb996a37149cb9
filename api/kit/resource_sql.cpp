#include "api/kit/resource_sql.h"

namespace nightshift::api::kit {
namespace {

constexpr std::size_t kMostKept = 2000;

/// Says its parameters' types even where a condition does not use them.
constexpr std::string_view kWho = "r.organization_id = $1::uuid and ($2::uuid is null or true)";

std::string quoted(std::string_view name) {
    return '"' + std::string(name) + '"';
}

}  // namespace

core::pg::Statement Statements::intern(std::string_view label, std::string sql, std::string& scratch) {
    const std::lock_guard lock(mutex_);
    auto found = kept_.find(sql);
    if (found == kept_.end()) {
        if (kept_.size() >= kMostKept) {
            scratch = std::move(sql);
            return {"", scratch};
        }
        auto name = std::string(label) + "#" + std::to_string(kept_.size());
        found = kept_.emplace(sql, Kept{std::move(name), sql}).first;
    }
    return {found->second.name, found->second.sql};
}

Statements& statements() {
    static Statements kept;  // texts only ever grow; sessions of any pool refer to them
    return kept;
}

std::string visible(const Resource& resource, Reach reach) {
    const auto or_own = [&](std::string_view scope) { return scope.empty() ? resource.scopes.own : scope; };
    std::string_view condition;
    switch (reach) {
        case Reach::all:
            return "true";
        case Reach::team:
            condition = or_own(resource.scopes.team);
            break;
        case Reach::own:
            condition = resource.scopes.own;
            break;
        case Reach::self:
            condition = or_own(resource.scopes.self);
            break;
        case Reach::none:
            break;
    }
    return condition.empty() ? "false" : "(" + std::string(condition) + ")";
}

std::string shown_columns(const Resource& resource) {
    std::string out = "r.id";
    for (const auto& column : resource.columns)
        if ((column.use & kWriteOnly) == 0) out += ", r." + quoted(column.name);
    return out + ", r.version, r.created_at, r.updated_at";
}

std::string show_sql(const Resource& resource, Reach reach) {
    return "select row_to_json(x)::text, x.version from (select " + shown_columns(resource) + " from " +
           std::string(resource.view) + " r where " + std::string(kWho) + " and r.id = $3::uuid and " +
           visible(resource, reach) + ") x";
}

std::string lock_sql(const Resource& resource, Reach reach) {
    const std::string table(resource.table);
    return "select row_to_json(t)::text, t.version from " + table +
           " t where t.organization_id = $1::uuid and t.id = $3::uuid and t.deleted_at is null and exists (select 1 "
           "from " +
           std::string(resource.view) + " r where " + std::string(kWho) + " and r.id = $3::uuid and " +
           visible(resource, reach) + ") for update of t";
}

std::string insert_sql(const Resource& resource, const core::json::object& body) {
    std::string columns, values;
    for (const auto& [name, value] : body) {
        columns += ", " + quoted(name);
        values += ", x." + quoted(name);
    }
    const std::string table(resource.table);
    return "insert into " + table + " (id, organization_id" + columns + ") select $3::uuid, $1::uuid" + values +
           " from jsonb_populate_record(null::" + table + ", $2::jsonb) x";
}

std::string update_sql(const Resource& resource, const core::json::object& body) {
    std::string changes;
    for (const auto& [name, value] : body)
        changes += (changes.empty() ? "" : ", ") + quoted(name) + " = x." + quoted(name);
    const std::string table(resource.table);
    return "update " + table + " t set " + changes + " from jsonb_populate_record(null::" + table +
           ", $2::jsonb) x where t.organization_id = $1::uuid and t.id = $3::uuid";
}

std::string remove_sql(const Resource& resource) {
    return "update " + std::string(resource.table) +
           " set deleted_at = clock_timestamp() where organization_id = $1::uuid and id = $2::uuid";
}

std::string refers_sql(const Column& column) {
    return "select 1 from " + std::string(column.refers) +
           " where organization_id = $1::uuid and id = $2::uuid and deleted_at is null for key share";
}

}  // namespace nightshift::api::kit
