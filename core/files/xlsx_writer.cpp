#include <xlsxwriter.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

#include "core/error/error.h"
#include "core/files/out.h"
#include "core/files/table.h"

namespace nightshift::core::files {
namespace {

/// Texts are written as texts, never as formulas; rows leave memory as soon as the next begins.
class XlsxWriter final : public TableWriter {
public:
    XlsxWriter(const std::string& path, TableHead head) : head_(std::move(head)) {
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        book_ = workbook_new_opt(path.c_str(), &options);
        if (book_ == nullptr) throw std::bad_alloc();
        bold_ = workbook_add_format(book_);
        format_set_bold(bold_);
        format_set_bg_color(bold_, 0xE8EEF4);
        date_ = workbook_add_format(book_);
        format_set_num_format(date_, "yyyy-mm-dd");
        add_summary();
        sheet_ = workbook_add_worksheet(book_, "Rows");
        worksheet_freeze_panes(sheet_, 1, 0);
        for (std::size_t i = 0; i < head_.columns.size(); ++i) {
            worksheet_set_column(sheet_, column(i), column(i), 10 + 12 * head_.columns[i].width, nullptr);
            worksheet_write_string(sheet_, 0, column(i), std::string(head_.columns[i].title).c_str(), bold_);
        }
    }
    ~XlsxWriter() override {
        if (book_ != nullptr) workbook_close(book_);
    }
    XlsxWriter(const XlsxWriter&) = delete;
    XlsxWriter& operator=(const XlsxWriter&) = delete;

    void row(const std::vector<std::string_view>& cells) override {
        if (++row_ >= LXW_ROW_MAX) throw Error(Code::rule, "XLSX: a sheet holds 1,048,576 rows; choose CSV for more");
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (cells[i].empty()) continue;
            text_.assign(cells[i]);
            if (head_.columns[i].type == CellType::number)
                worksheet_write_number(sheet_, row_, column(i), std::strtod(text_.c_str(), nullptr), nullptr);
            else if (head_.columns[i].type == CellType::date)
                write_date(i);
            else
                worksheet_write_string(sheet_, row_, column(i), text_.c_str(), nullptr);
        }
    }

    void finish() override {
        // Rows went to a file of the library's own, which does not look whether they got there.
        errno = 0;
        if (auto* rows = sheet_->optimize_tmpfile;
            rows != nullptr && (std::fflush(rows) != 0 || std::ferror(rows) != 0))
            refuse_to_write(errno != 0 ? errno : EIO);
        worksheet_autofilter(sheet_, 0, 0, row_, column(head_.columns.size() - 1));
        errno = 0;
        const auto failure = workbook_close(std::exchange(book_, nullptr));
        if (failure == LXW_NO_ERROR) return;
        for (const int why : {ENOSPC, EFBIG, EDQUOT, EIO, EROFS})
            if (errno == why) refuse_to_write(why);
        throw Error(Code::unavailable, std::string("the file can't be written: ") + lxw_strerror(failure));
    }

private:
    static lxw_col_t column(std::size_t i) { return static_cast<lxw_col_t>(i); }

    void write_date(std::size_t i) {
        lxw_datetime day{std::atoi(text_.substr(0, 4).c_str()),
                         std::atoi(text_.substr(5, 2).c_str()),
                         std::atoi(text_.substr(8, 2).c_str()),
                         0,
                         0,
                         0};
        worksheet_write_datetime(sheet_, row_, column(i), &day, date_);
    }

    void add_summary() {
        auto* sheet = workbook_add_worksheet(book_, "Summary");
        worksheet_set_column(sheet, 0, 0, 24, nullptr);
        worksheet_write_string(sheet, 0, 0, head_.title.c_str(), bold_);
        worksheet_write_string(sheet, 1, 0, head_.subtitle.c_str(), nullptr);
        lxw_row_t at = 3;
        for (const auto& [label, value] : head_.chart) {
            worksheet_write_string(sheet, at, 0, label.c_str(), nullptr);
            worksheet_write_number(sheet, at++, 1, value, nullptr);
        }
        if (head_.chart.empty()) return;
        auto* chart = workbook_add_chart(book_, LXW_CHART_COLUMN);
        auto* series = chart_add_series(chart, nullptr, nullptr);
        chart_series_set_categories(series, "Summary", 3, 0, at - 1, 0);
        chart_series_set_values(series, "Summary", 3, 1, at - 1, 1);
        chart_title_set_name(chart, head_.chart_title.c_str());
        chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
        worksheet_insert_chart(sheet, 3, 3, chart);
    }

    TableHead head_;
    std::string text_;
    lxw_workbook* book_ = nullptr;
    lxw_worksheet* sheet_ = nullptr;
    lxw_format *bold_ = nullptr, *date_ = nullptr;
    lxw_row_t row_ = 0;
};

}  // namespace

std::unique_ptr<TableWriter> xlsx_writer(const std::string& path, TableHead head) {
    return std::make_unique<XlsxWriter>(path, std::move(head));
}

}  // namespace nightshift::core::files
