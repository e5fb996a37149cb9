// The SQL of resources: assembled from the constant names of their definitions, never from input; values are
// parameters.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "api/kit/resource.h"
#include "core/pg/rows.h"

namespace nightshift::api::kit {

/// Keeps assembled texts for as long as the process lives, so that sessions may prepare them by name. Any thread.
class Statements {
public:
    /// Beyond its limit (callers choose filters), texts are run unprepared. The answer lives as long as `scratch`.
    core::pg::Statement intern(std::string_view label, std::string sql, std::string& scratch);

private:
    struct Kept {
        std::string name, sql;
    };
    std::mutex mutex_;  // guards kept_
    std::map<std::string, Kept, std::less<>> kept_;
};
Statements& statements();

/// The condition under which a reach shows a row `r`.
std::string visible(const Resource& resource, Reach reach);
/// "r.id, r.name, ..., r.version, r.created_at, r.updated_at": everything that is shown, for the writer of it.
std::string shown_columns(const Resource& resource);
core::pg::RowWriter writer_of(const Resource& resource);
std::string show_sql(const Resource& resource, Reach reach);
std::string lock_sql(const Resource& resource, Reach reach);
std::string insert_sql(const Resource& resource, const core::json::object& body);
std::string update_sql(const Resource& resource, const core::json::object& body);
std::string remove_sql(const Resource& resource);
/// Which of these columns name nothing: their values are $2, $3 ...; what they name is held against removal.
std::string refers_sql(const std::vector<const Column*>& columns);

}  // namespace nightshift::api::kit
