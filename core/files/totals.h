// What the columns that are summed come to. Inside this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/files/table.h"

namespace nightshift::core::files {

class Totals {
public:
    explicit Totals(const std::vector<Column>& columns);
    void add(const std::vector<std::string_view>& cells);
    /// One text a column, "" for those that are not summed, and "Total" for the first; nothing when none is.
    std::vector<std::string> texts() const;
    bool any() const { return !summed_.empty(); }
    double of(std::size_t column) const { return sums_[column]; }

private:
    std::vector<std::size_t> summed_;
    std::vector<double> sums_;
};

/// 1234.5 as people write it, no more digits than it needs, two behind the point at most.
std::string number_text(double value);

}  // namespace nightshift::core::files
