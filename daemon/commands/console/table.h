// Aligned columns for people: as wide as the terminal lets them be, and safe to print, whatever a name holds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nightshift::daemon::console {

struct Column {
    std::string title;
    bool right = false;  ///< numbers stand at the right
    bool gives = false;  ///< may be cut where the terminal is narrow
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    void add(std::vector<std::string> cells);
    bool empty() const { return rows_.empty(); }
    /// One line a row, the titles first. `width` 0: no limit.
    std::string text(std::size_t width) const;

private:
    std::vector<std::size_t> widths(std::size_t limit) const;
    std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Columns of the terminal behind a descriptor; 0: it is none.
std::size_t terminal_width(int descriptor);

/// Control characters, which could move a terminal's cursor or its text's direction, become '?'.
std::string printable(std::string_view text);

/// How many columns a text takes, and its longest beginning of at most so many, ended by "…" when cut.
std::size_t columns_of(std::string_view text);
std::string cut(std::string_view text, std::size_t columns);

}  // namespace nightshift::daemon::console
