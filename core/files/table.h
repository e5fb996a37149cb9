// Tables into files, row by row in constant memory. A file appears whole or not at all: it is written aside, flushed to
// disk, renamed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nightshift::core::files {

/// moment: 2026-03-01 09:30, with seconds or without.
enum class CellType : std::uint8_t { text, number, date, moment };

struct Column {
    std::string_view name;   ///< in JSON and CSV
    std::string_view title;  ///< for people
    CellType type = CellType::text;
    double width = 1;  ///< share of the page's width
    bool sum = false;  ///< what it comes to is told below the rows, where people read
};

struct TableHead {
    std::string title;
    std::string subtitle;  ///< what it is about
    std::string note;      ///< as of when, how much, for whom
    std::vector<Column> columns;
    std::string chart_title;
    std::vector<std::pair<std::string, double>> chart;  ///< label, value
    std::optional<std::size_t> rows;  ///< how many will come, where that is known: a PDF says "page 2 of 7" then
};

class TableWriter {
public:
    virtual ~TableWriter() = default;
    /// One value a column, in PostgreSQL's text form; numbers and dates may be empty.
    virtual void row(const std::vector<std::string_view>& cells) = 0;
    virtual void finish() = 0;
};

/// ".csv", for a file of this format.
std::string extension(std::string_view format);
/// CSV, JSON, XLSX, PDF or HTML at `path`. Throws Error(unavailable) with the reason when it can't be written.
std::unique_ptr<TableWriter> table_writer(std::string_view format, const std::string& path, TableHead head);

std::unique_ptr<TableWriter> csv_writer(const std::string& path, TableHead head);
std::unique_ptr<TableWriter> json_writer(const std::string& path, TableHead head);
std::unique_ptr<TableWriter> xlsx_writer(const std::string& path, TableHead head);
std::unique_ptr<TableWriter> pdf_writer(const std::string& path, TableHead head);
std::unique_ptr<TableWriter> html_writer(const std::string& path, TableHead head);

/// A cell as CSV may hold it: quoted where needed, and harmless to a spreadsheet that would take it for a formula
/// (OWASP, CSV Injection).
std::string csv_cell(std::string_view text);

struct FileFacts {
    std::uintmax_t bytes;
    std::string sha256;
};

/// A file on its way: it has no name in its folder until keep() gives it one, so a process that is killed leaves
/// nothing behind. Where the filesystem can't do that, it is called `<name>.part` meanwhile.
class FileAside {
public:
    explicit FileAside(std::string path);
    ~FileAside();
    FileAside(const FileAside&) = delete;
    FileAside& operator=(const FileAside&) = delete;
    /// Where to write it.
    const std::string& path() const { return aside_; }
    /// Flushes what was written to disk.
    FileFacts facts() const;
    /// Takes the place of what had the name; flushes the folder.
    void keep();
    /// The same under another name in the same folder; more than once gives one file several names.
    void keep_as(std::string path);

private:
    std::string path_, aside_;
    int fd_ = -1;
    bool is_named_ = false;
};

}  // namespace nightshift::core::files
