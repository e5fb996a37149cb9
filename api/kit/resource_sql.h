// The SQL of resources: assembled from the constant names of their definitions, never from input; values are
// parameters.
#pragma once

#include <array>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/kit/resource.h"
#include "core/pg/rows.h"

namespace nightshift::api::kit {

/// What is the same in every request to a resource.
struct Texts {
    /// "r.id, r.name, ..., r.version, r.created_at, r.updated_at": everything that is shown, for the writer of it.
    std::string columns;
    core::pg::RowWriter writer;
    std::array<core::pg::Statement, kReaches> show, lock;  ///< by reach
};

/// Keeps assembled texts for as long as the process lives, so that sessions may prepare them by name. Any thread.
class Statements {
public:
    /// Beyond its limit (callers choose filters), texts are run unprepared. The answer lives as long as `scratch`.
    core::pg::Statement intern(std::string_view label, std::string sql, std::string& scratch);
    /// Made at the first use. Resources are constants of the process.
    const Texts& of(const Resource& resource);

private:
    // with the mutex held
    core::pg::Statement keep(std::string_view label, std::string sql);
    Texts made_for(const Resource& resource);
    std::shared_mutex mutex_;                               // guards what follows
    std::unordered_map<std::string, std::string> names_;    // of texts
    std::unordered_map<const Resource*, Texts> resources_;  // nodes: what is found stays where it is
};
Statements& statements();

/// The condition under which a reach shows a row `r`.
std::string visible(const Resource& resource, Reach reach);
/// Unless one of the columns that refer to something names nothing: then it tells those columns, and adds no row. What
/// they name is $4, $5 ..., and held against removal.
std::string insert_sql(const Resource& resource, const core::json::object& body,
                       const std::vector<const Column*>& refers);
std::string update_sql(const Resource& resource, const core::json::object& body);
std::string remove_sql(const Resource& resource);
/// Which of these columns name nothing: what they name is $2, $3 ..., and held against removal.
std::string refers_sql(const std::vector<const Column*>& columns);

}  // namespace nightshift::api::kit
