// What the machine itself can do, with plain libpq and rabbitmq-c in the same minute: our figures are shares of these.
#pragma once

#include <string>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::bench::raw {

/// Rows a second inserted a hundred at a time over one connection.
double insert_by_hundreds(const std::string& database_url, int rows);
/// Rows a second inserted one by one over one connection, each committed.
double insert_one_by_one(const std::string& database_url, int rows);
/// Milliseconds from a row's insert to its claim, each committed, over one connection, one every 20 ms.
std::vector<double> insert_and_claim(const std::string& database_url, int rows);
/// Rows a second claimed and completed a hundred at a time over one connection, by UPDATE.
double claim_and_complete(const std::string& database_url, int rows);
/// Seconds for COPY TO of a query's rows into a file, with these parameters.
double copy_out(const std::string& database_url, std::string query, const std::vector<core::pg::Value>& values,
                const std::string& file);
/// Confirmed persistent messages a second into a quorum queue, batched.
double publish_confirmed(const std::string& broker_url, int messages);

}  // namespace nightshift::bench::raw
