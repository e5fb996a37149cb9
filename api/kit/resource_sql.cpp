#include "api/kit/resource_sql.h"

#include <mutex>

namespace nightshift::api::kit {
namespace {

constexpr std::size_t kMostKept = 2000;

/// Says its parameters' types even where a condition does not use them.
constexpr std::string_view kWho = "r.organization_id = $1::uuid and ($2::uuid is null or true)";

/// Arrays and objects come as JSON.
bool is_plain(core::schema::Type type) {
    using core::schema::Type;
    return type != Type::object && type != Type::array && type != Type::texts && type != Type::any;
}

std::string quoted(std::string_view name) {
    return '"' + std::string(name) + '"';
}

core::pg::RowWriter writer_of(const Resource& resource) {
    using core::pg::Form;
    using core::schema::Type;
    const auto form_of = [](Type type) {
        if (!is_plain(type)) return Form::json;
        if (type == Type::integer || type == Type::number) return Form::number;
        return type == Type::boolean ? Form::flag : type == Type::timestamp ? Form::moment : Form::text;
    };
    std::vector<std::pair<std::string_view, Form>> columns{{"id", Form::text}};
    for (const auto& column : resource.columns)
        if ((column.use & kWriteOnly) == 0) columns.emplace_back(column.name, form_of(column.type));
    columns.insert(columns.end(),
                   {{"version", Form::number}, {"created_at", Form::moment}, {"updated_at", Form::moment}});
    return core::pg::RowWriter(columns);
}

std::string shown_columns(const Resource& resource) {
    std::string out = "r.id";
    for (const auto& column : resource.columns) {
        if ((column.use & kWriteOnly) != 0) continue;
        const auto name = "r." + quoted(column.name);
        out += is_plain(column.type) ? ", " + name : ", to_json(" + name + ") as " + quoted(column.name);
    }
    return out + ", r.version, r.created_at, r.updated_at";
}

std::string show_sql(const Resource& resource, Reach reach) {
    return "select " + shown_columns(resource) + " from " + std::string(resource.view) + " r where " +
           std::string(kWho) + " and r.id = $3::uuid and " + visible(resource, reach);
}

std::string lock_sql(const Resource& resource, Reach reach) {
    const std::string table(resource.table);
    return "select row_to_json(t)::text, t.version from " + table +
           " t where t.organization_id = $1::uuid and t.id = $3::uuid and t.deleted_at is null and exists (select 1 "
           "from " +
           std::string(resource.view) + " r where " + std::string(kWho) + " and r.id = $3::uuid and " +
           visible(resource, reach) + ") for update of t";
}

/// What these columns name, each held and in a table of its own, and the names of those that name nothing. Their values
/// begin with the parameter `first`.
std::pair<std::string, std::string> references(const std::vector<const Column*>& columns, std::size_t first) {
    std::string found, missing;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto name = "r" + std::to_string(i);
        found += (i == 0 ? "" : ", ") + name + " as materialized (select 1 from " + std::string(columns[i]->refers) +
                 " where organization_id = $1::uuid and id = $" + std::to_string(i + first) +
                 "::uuid and deleted_at is null for key share)";
        missing += (i == 0 ? "select '" : " union all select '") + std::string(columns[i]->name) +
                   "' as name where not exists (select from " + name + ")";
    }
    return {found, missing};
}

}  // namespace

core::pg::Statement Statements::keep(std::string_view label, std::string sql) {
    auto found = names_.find(sql);
    if (found == names_.end()) {
        auto name = std::string(label) + "#" + std::to_string(names_.size());
        found = names_.emplace(std::move(sql), std::move(name)).first;
    }
    return {found->second, found->first};
}

core::pg::Statement Statements::intern(std::string_view label, std::string sql, std::string& scratch) {
    {
        const std::shared_lock lock(mutex_);
        if (const auto found = names_.find(sql); found != names_.end()) return {found->second, found->first};
    }
    const std::lock_guard lock(mutex_);
    if (names_.size() < kMostKept) return keep(label, std::move(sql));
    scratch = std::move(sql);
    return {"", scratch};
}

Texts Statements::made_for(const Resource& resource) {
    Texts texts{shown_columns(resource), writer_of(resource), {}, {}};
    for (std::size_t i = 0; i < kReaches; ++i) {
        const auto reach = static_cast<Reach>(i);
        texts.show.at(i) = keep(resource.name, show_sql(resource, reach));
        texts.lock.at(i) = keep(resource.name, lock_sql(resource, reach));
    }
    return texts;
}

const Texts& Statements::of(const Resource& resource) {
    {
        const std::shared_lock lock(mutex_);
        if (const auto found = resources_.find(&resource); found != resources_.end()) return found->second;
    }
    const std::lock_guard lock(mutex_);
    const auto found = resources_.find(&resource);
    return found != resources_.end() ? found->second : resources_.emplace(&resource, made_for(resource)).first->second;
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

std::string insert_sql(const Resource& resource, const core::json::object& body,
                       const std::vector<const Column*>& refers) {
    std::string columns, values;
    for (const auto& [name, value] : body) {
        columns += ", " + quoted(name);
        values += ", x." + quoted(name);
    }
    const std::string table(resource.table);
    auto insert = "insert into " + table + " (id, organization_id" + columns + ") select $3::uuid, $1::uuid" + values +
                  " from jsonb_populate_record(null::" + table + ", $2::jsonb) x";
    if (refers.empty()) return insert;
    const auto [found, missing] = references(refers, 4);
    return "with " + found + ", missing as materialized (" + missing + "), made as (" + insert +
           " where not exists (select from missing)) select name from missing";
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

std::string refers_sql(const std::vector<const Column*>& columns) {
    const auto [found, missing] = references(columns, 2);
    return "with " + found + " " + missing;
}

}  // namespace nightshift::api::kit
