// The answer to a question, written down: rows from one statement through a cursor into a file, in constant memory and
// as of one moment.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"
#include "domain/reports/ask.h"
#include "domain/reports/report_type.h"

namespace nightshift::domain::reports {

struct Question {
    const ReportType& type;
    std::string organization;
    Sight sight;
    core::json::object parameters;  ///< settled
    std::string title;
    std::string format;
    std::chrono::system_clock::time_point as_of;
    core::json::object layout = {};  ///< empty: as the type has it
};

/// Writes the report's rows; returns how many. `each` hears after every batch; false from it stops (returns what was
/// written).
struct Written {
    std::size_t rows = 0;
    bool complete = false;
};
Written write(core::pg::Transaction& tx, const Question& question, const std::string& path,
              const std::function<bool(std::size_t done, std::size_t of)>& each);

/// The parameters of the type's statements.
std::vector<core::pg::Value> values_of(const Question& question);

}  // namespace nightshift::domain::reports
