#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "core/files/out.h"
#include "core/files/table.h"

namespace nightshift::core::files {
namespace {

class CsvWriter final : public TableWriter {
public:
    CsvWriter(const std::string& path, TableHead head) : out_(path), head_(std::move(head)) {
        out_.put("\xEF\xBB\xBF");  // spreadsheets take a file without it for their own code page
        std::string line;
        for (const auto& column : head_.columns) line += (line.empty() ? "" : ",") + csv_cell(column.title);
        out_.put(line + "\r\n");
    }
    void row(const std::vector<std::string_view>& cells) override {
        line_.clear();
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) line_ += ',';
            // Numbers and dates are ours and can't be formulas; a minus before a number must stay.
            head_.columns[i].type == CellType::text ? line_ += csv_cell(cells[i]) : line_ += cells[i];
        }
        out_.put(line_ += "\r\n");
    }
    void finish() override { out_.close(); }

private:
    Out out_;
    TableHead head_;
    std::string line_;
};

class JsonWriter final : public TableWriter {
public:
    JsonWriter(const std::string& path, TableHead head) : out_(path), head_(std::move(head)) { out_.put("["); }
    void row(const std::vector<std::string_view>& cells) override {
        line_ = first_ ? "\n{" : ",\n{";
        first_ = false;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const auto& column = head_.columns[i];
            line_ += (i > 0 ? ",\"" : "\"") + std::string(column.name) + "\":";
            if (cells[i].empty() && column.type != CellType::text)
                line_ += "null";
            else if (column.type == CellType::number)
                line_ += cells[i];
            else
                line_ += boost::json::serialize(boost::json::string(cells[i]));
        }
        out_.put(line_ += '}');
    }
    void finish() override {
        out_.put("\n]\n");
        out_.close();
    }

private:
    Out out_;
    TableHead head_;
    std::string line_;
    bool first_ = true;
};

/// Full-width forms of = + - @ are taken for formulas too by some spreadsheets.
bool begins_like_a_formula(std::string_view text) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return false;
    text.remove_prefix(begin);
    if (std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos) return true;
    for (const std::string_view wide : {"\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"})
        if (text.starts_with(wide)) return true;
    return false;
}

}  // namespace

std::string csv_cell(std::string_view text) {
    std::string cell = begins_like_a_formula(text) ? "'" + std::string(text) : std::string(text);
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted += '"';
}

std::unique_ptr<TableWriter> csv_writer(const std::string& path, TableHead head) {
    return std::make_unique<CsvWriter>(path, std::move(head));
}
std::unique_ptr<TableWriter> json_writer(const std::string& path, TableHead head) {
    return std::make_unique<JsonWriter>(path, std::move(head));
}

}  // namespace nightshift::core::files
