// One row of every table that belongs to an organization, for tests that ask who may touch whose: tables, columns and
// constraints are read from the database's own catalogue, so that a new table is in it by itself.
#pragma once

#include <map>
#include <string>

#include "tests/kit/database.h"

namespace nightshift::tests {

/// The id of one row of each table that has an `id`; "app_user" is `user`.
using Rows = std::map<std::string, std::string, std::less<>>;

/// Rows of `organization` that are the work of `user`: created by, assigned to, requested by that person.
Rows populate(Database& database, const std::string& organization, const std::string& user);

/// Whatever the database holds of an organization, as one hash: two that are equal say that nobody changed a row.
std::string fingerprint(Database& database, const std::string& organization);

}  // namespace nightshift::tests
