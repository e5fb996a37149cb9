#include <xlsxwriter.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

#include "core/error/error.h"
#include "core/files/out.h"
#include "core/files/table.h"
#include "core/files/totals.h"

namespace nightshift::core::files {
namespace {

constexpr std::uint32_t kDeepBlue = 0x14335A, kBarBlue = 0x3F74B5, kSoftGrey = 0x5B6875;

/// Texts are written as texts, never as formulas; rows leave memory as soon as the next begins. A sheet that is full is
/// followed by another.
class XlsxWriter final : public TableWriter {
public:
    XlsxWriter(const std::string& path, TableHead head) : head_(std::move(head)), totals_(head_.columns) {
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        book_ = workbook_new_opt(path.c_str(), &options);
        if (book_ == nullptr) throw std::bad_alloc();
        lxw_doc_properties about{};
        about.title = head_.title.data();
        about.comments = head_.subtitle.data();
        workbook_set_properties(book_, &about);
        make_formats();
        add_summary();
        begin_sheet();
    }
    ~XlsxWriter() override {
        if (book_ != nullptr) workbook_close(book_);
    }
    XlsxWriter(const XlsxWriter&) = delete;
    XlsxWriter& operator=(const XlsxWriter&) = delete;

    void row(const std::vector<std::string_view>& cells) override {
        if (row_ + 2 >= LXW_ROW_MAX) {  // the last is for the totals
            end_sheet();
            begin_sheet();
        }
        ++row_;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (cells[i].empty()) continue;
            text_.assign(cells[i]);
            switch (head_.columns[i].type) {
                case CellType::number:
                    worksheet_write_number(sheet_, row_, column(i), std::strtod(text_.c_str(), nullptr), nullptr);
                    break;
                case CellType::text:
                    worksheet_write_string(sheet_, row_, column(i), text_.c_str(), nullptr);
                    break;
                default:
                    write_moment(i);
            }
        }
        totals_.add(cells);
    }

    void finish() override {
        if (totals_.any() && row_ > 0) write_totals();
        end_sheet();
        errno = 0;
        const auto failure = workbook_close(std::exchange(book_, nullptr));
        if (failure == LXW_NO_ERROR) return;
        for (const int why : {ENOSPC, EFBIG, EDQUOT, EIO, EROFS})
            if (errno == why) refuse_to_write(why);
        throw Error(Code::unavailable, std::string("the file can't be written: ") + lxw_strerror(failure));
    }

private:
    static lxw_col_t column(std::size_t i) { return static_cast<lxw_col_t>(i); }

    lxw_format* format(void (*change)(lxw_format*)) {
        auto* made = workbook_add_format(book_);
        change(made);
        return made;
    }
    void make_formats() {
        heading_ = format([](lxw_format* one) {
            format_set_bold(one);
            format_set_font_color(one, 0xFFFFFF);
            format_set_bg_color(one, kDeepBlue);
        });
        title_ = format([](lxw_format* one) {
            format_set_bold(one);
            format_set_font_size(one, 16);
            format_set_font_color(one, kDeepBlue);
        });
        soft_ = format([](lxw_format* one) { format_set_font_color(one, kSoftGrey); });
        total_ = format([](lxw_format* one) {
            format_set_bold(one);
            format_set_top(one, LXW_BORDER_THIN);
        });
        date_ = format([](lxw_format* one) { format_set_num_format(one, "yyyy-mm-dd"); });
        moment_ = format([](lxw_format* one) { format_set_num_format(one, "yyyy-mm-dd hh:mm"); });
    }

    void begin_sheet() {
        const auto name = ++sheets_ == 1 ? std::string("Rows") : "Rows " + std::to_string(sheets_);
        sheet_ = workbook_add_worksheet(book_, name.c_str());
        row_ = 0;
        worksheet_freeze_panes(sheet_, 1, 0);
        worksheet_set_landscape(sheet_);
        worksheet_set_paper(sheet_, 9);  // A4
        worksheet_fit_to_pages(sheet_, 1, 0);
        worksheet_repeat_rows(sheet_, 0, 0);
        worksheet_set_footer(sheet_, "&L&A&Rpage &P of &N");
        for (std::size_t i = 0; i < head_.columns.size(); ++i) {
            worksheet_set_column(sheet_, column(i), column(i), 6 + 10 * head_.columns[i].width, nullptr);
            worksheet_write_string(sheet_, 0, column(i), std::string(head_.columns[i].title).c_str(), heading_);
        }
    }
    /// Rows went to a file of the library's own, which does not look whether they got there.
    void end_sheet() {
        errno = 0;
        if (auto* rows = sheet_->optimize_tmpfile;
            rows != nullptr && (std::fflush(rows) != 0 || std::ferror(rows) != 0))
            refuse_to_write(errno != 0 ? errno : EIO);
        worksheet_autofilter(sheet_, 0, 0, row_, column(head_.columns.size() - 1));
    }

    void write_moment(std::size_t i) {
        const auto number = [this](std::size_t at, std::size_t count) {
            return text_.size() >= at + count ? std::atoi(text_.substr(at, count).c_str()) : 0;
        };
        lxw_datetime moment{number(0, 4),  number(5, 2),  number(8, 2),
                            number(11, 2), number(14, 2), static_cast<double>(number(17, 2))};
        worksheet_write_datetime(sheet_, row_, column(i), &moment,
                                 head_.columns[i].type == CellType::date ? date_ : moment_);
    }

    /// Numbers, not formulas: they stay what the report said, and are right over several sheets too.
    void write_totals() {
        const auto texts = totals_.texts();
        ++row_;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (head_.columns[i].sum)
                worksheet_write_number(sheet_, row_, column(i), totals_.of(i), total_);
            else
                worksheet_write_string(sheet_, row_, column(i), texts[i].c_str(), total_);
        }
    }

    void add_summary() {
        constexpr lxw_row_t kFirst = 5;
        auto* sheet = workbook_add_worksheet(book_, "Summary");
        worksheet_set_column(sheet, 0, 0, 34, nullptr);
        worksheet_set_column(sheet, 1, 1, 12, nullptr);
        worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
        worksheet_set_landscape(sheet);
        worksheet_fit_to_pages(sheet, 1, 0);  // a chart that is printed is one piece
        worksheet_write_string(sheet, 0, 0, head_.title.c_str(), title_);
        worksheet_write_string(sheet, 1, 0, head_.subtitle.c_str(), nullptr);
        worksheet_write_string(sheet, 2, 0, head_.note.c_str(), soft_);
        if (head_.chart.empty()) return;
        worksheet_write_string(sheet, kFirst - 1, 0, head_.chart_title.c_str(), heading_);
        worksheet_write_string(sheet, kFirst - 1, 1, "", heading_);
        lxw_row_t at = kFirst;
        for (const auto& [label, value] : head_.chart) {
            worksheet_write_string(sheet, at, 0, label.c_str(), nullptr);
            worksheet_write_number(sheet, at++, 1, value, nullptr);
        }
        add_chart(sheet, kFirst, at - 1);
    }

    /// Bars from left to right, the first on top.
    void add_chart(lxw_worksheet* sheet, lxw_row_t first, lxw_row_t last) {
        auto* chart = workbook_add_chart(book_, LXW_CHART_BAR);
        auto* series = chart_add_series(chart, nullptr, nullptr);
        chart_series_set_categories(series, "Summary", first, 0, last, 0);
        chart_series_set_values(series, "Summary", first, 1, last, 1);
        lxw_chart_fill fill{};
        fill.color = kBarBlue;
        chart_series_set_fill(series, &fill);
        chart_set_series_gap(chart, 50);
        chart_series_set_labels(series);
        chart_title_set_name(chart, head_.chart_title.c_str());
        chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
        chart_axis_set_reverse(chart->y_axis);
        lxw_chart_line line{};
        line.none = LXW_TRUE;
        chart_axis_major_gridlines_set_visible(chart->x_axis, LXW_FALSE);
        chart_axis_set_line(chart->x_axis, &line);
        lxw_chart_options options{};
        options.x_scale = 1.4;
        options.y_scale = 0.5 + 0.09 * static_cast<double>(last - first + 1);
        worksheet_insert_chart_opt(sheet, first - 1, 3, chart, &options);
    }

    TableHead head_;
    Totals totals_;
    std::string text_;
    lxw_workbook* book_ = nullptr;
    lxw_worksheet* sheet_ = nullptr;
    lxw_format *heading_ = nullptr, *title_ = nullptr, *soft_ = nullptr, *total_ = nullptr, *date_ = nullptr,
               *moment_ = nullptr;
    lxw_row_t row_ = 0;
    int sheets_ = 0;
};

}  // namespace

std::unique_ptr<TableWriter> xlsx_writer(const std::string& path, TableHead head) {
    return std::make_unique<XlsxWriter>(path, std::move(head));
}

}  // namespace nightshift::core::files
