// Rows for readers: as JSON, and by plans that are made once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::core::pg {

/// How a column's text stands in JSON: numbers and JSON as they are, the rest quoted.
enum class Form : std::uint8_t { text, number, flag, moment, json };

/// Writes rows as JSON objects, to the byte what row_to_json makes of them, for a tenth of what it costs the server.
/// Arrays and records are read as JSON: `to_json(r.tags)`.
///
///   static const RowWriter kWriter({{"id", Form::text}, {"made_at", Form::moment}});
///   kWriter.put(rows, 0, body);     // of the first two columns of rows
class RowWriter {
public:
    explicit RowWriter(const std::vector<std::pair<std::string_view, Form>>& columns);
    void put(const Result& rows, std::size_t row, std::string& out) const;
    std::size_t columns() const { return columns_.size(); }

private:
    struct Column {
        std::string name;  ///< quoted, with what stands before and behind
        Form form;
    };
    std::vector<Column> columns_;
};

/// As run_once, but with a plan that is made once for all values: for statements whose cost is mostly planning, and
/// whose best plan hardly depends on the values. A server that plans for each would do so for every page of a list.
Result run_planned_once(Lease& lease, const Statement& statement, const std::vector<Value>& parameters);

/// As run_once, but with plans of either kind: for statements that have only one, which need not tell the server first.
Result run_by_any_plan(Lease& lease, const Statement& statement, const std::vector<Value>& parameters);

}  // namespace nightshift::core::pg
