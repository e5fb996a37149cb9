#include <cairo-pdf.h>

#include <algorithm>
#include <exception>
#include <new>
#include <numeric>

#include "core/error/error.h"
#include "core/files/out.h"
#include "core/files/pdf_text.h"
#include "core/files/table.h"
#include "core/files/totals.h"

namespace nightshift::core::files {
namespace {

constexpr double kWidth = 841.89, kHeight = 595.28, kMargin = 36;  // A4 landscape, points
constexpr double kRow = 15, kHeader = kRow + 2, kBarRow = 15, kBottom = kHeight - kMargin - 12;
constexpr std::string_view kNothing = "There is nothing to show.";

struct Tone {
    double r, g, b;
};
constexpr Tone kInk{0.11, 0.15, 0.20}, kSoft{0.36, 0.41, 0.46}, kDeep{0.08, 0.20, 0.35}, kBand{0.955, 0.965, 0.975},
    kLine{0.80, 0.83, 0.86}, kBar{0.25, 0.45, 0.71}, kWhite{1, 1, 1};

/// One page at a time: cairo writes each out when it is shown, so a million rows need no more memory than forty.
/// A page that is out can't be told how many there will be in all. Rows are all of one height, so where their number is
/// known beforehand, so is that of the pages.
class PdfWriter final : public TableWriter {
public:
    PdfWriter(const std::string& path, TableHead head)
        : head_(std::move(head)),
          totals_(head_.columns),
          out_(path),
          surface_(cairo_pdf_surface_create_for_stream(write, this, kWidth, kHeight)),
          context_(cairo_create(surface_.get())),
          text_(context_.get()),
          small_(text_.font("DejaVu Sans, Noto Sans 7.5")),
          strong_(text_.font("DejaVu Sans, Noto Sans Bold 7.5")),
          medium_(text_.font("DejaVu Sans, Noto Sans 9")),
          large_(text_.font("DejaVu Sans, Noto Sans Bold 17")) {
        check();
        cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, head_.title.c_str());
        lay_out_columns();
        draw_title();
        if (!head_.chart.empty()) draw_chart();
        draw_header();
        if (head_.rows) count_pages(*head_.rows);
    }
    ~PdfWriter() override { is_given_up_ = true; }  // what is not finished is not worth writing
    PdfWriter(const PdfWriter&) = delete;
    PdfWriter& operator=(const PdfWriter&) = delete;

    void row(const std::vector<std::string_view>& cells) override {
        make_room();
        if (!head_.rows && row_ % 2 == 1) {
            fill(kMargin, y_, kWidth - 2 * kMargin, kRow, kBand);
            colour(kInk);
        }
        ++row_;
        put_cells(cells, small_);
        totals_.add(cells);
    }

    void finish() override {
        if (row_ == 0) {
            colour(kSoft);
            text_.put(kNothing, kMargin + 3, y_ + 14, kWidth - 2 * kMargin, small_);
        } else if (totals_.any()) {
            draw_totals();
        }
        end_page();
        cairo_surface_finish(surface_.get());
        check();
        out_.close();
    }

private:
    /// Called by cairo, through which nothing may be thrown.
    static cairo_status_t write(void* self, const unsigned char* bytes, unsigned count) noexcept {
        auto& writer = *static_cast<PdfWriter*>(self);
        if (writer.is_given_up_) return CAIRO_STATUS_SUCCESS;
        try {
            writer.out_.put({reinterpret_cast<const char*>(bytes), count});
            return CAIRO_STATUS_SUCCESS;
        } catch (...) {
            writer.problem_ = std::current_exception();
            return CAIRO_STATUS_WRITE_ERROR;
        }
    }
    void check() const {
        if (problem_) std::rethrow_exception(problem_);
        const auto status = cairo_surface_status(surface_.get());
        if (status == CAIRO_STATUS_NO_MEMORY) throw std::bad_alloc();
        if (status != CAIRO_STATUS_SUCCESS)
            throw Error(Code::internal, std::string("PDF: ") + cairo_status_to_string(status));
    }
    void make_room() {
        if (y_ + kRow <= kBottom) return;
        end_page();
        y_ = kMargin;
        draw_header();
    }
    void put_cells(const std::vector<std::string_view>& cells, PdfText::Font& font) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const bool right = head_.columns[i].type == CellType::number;
            text_.put(cells[i], left_[i] + 3, y_ + 10, left_[i + 1] - left_[i] - 6, font, right);
        }
        y_ += kRow;
    }
    void draw_totals() {
        make_room();
        fill(kMargin, y_, kWidth - 2 * kMargin, 1, kDeep);
        colour(kInk);
        const auto texts = totals_.texts();
        put_cells({texts.begin(), texts.end()}, strong_);
    }
    /// Where the first page's rows begin is known now.
    void count_pages(std::size_t rows) {
        if (totals_.any() && rows > 0) ++rows;
        const auto fit = [](double from) { return static_cast<std::size_t>((kBottom - from) / kRow); };
        const auto first = fit(y_), each = fit(kMargin + kHeader);
        pages_ = 1 + (rows > first ? (rows - first + each - 1) / each : 0);
    }
    void colour(const Tone& tone) {
        text_.draw();
        cairo_set_source_rgb(context_.get(), tone.r, tone.g, tone.b);
    }
    void fill(double x, double y, double w, double h, const Tone& tone) {
        colour(tone);
        cairo_rectangle(context_.get(), x, y, w, h);
        cairo_fill(context_.get());
    }
    void lay_out_columns() {
        const double whole = std::accumulate(head_.columns.begin(), head_.columns.end(), 0.0,
                                             [](double sum, const Column& one) { return sum + one.width; });
        double x = kMargin;
        for (const auto& column : head_.columns) {
            left_.push_back(x);
            x += column.width / whole * (kWidth - 2 * kMargin);
        }
        left_.push_back(kWidth - kMargin);
    }

    void draw_title() {
        constexpr double kBetween = 3;
        const double width = kWidth - 2 * kMargin;
        colour(kDeep);
        y_ += text_.put_lines(head_.title, kMargin, y_, width, large_, 2) + kBetween;
        colour(kInk);
        if (!head_.subtitle.empty()) y_ += text_.put_lines(head_.subtitle, kMargin, y_, width, medium_, 2) + kBetween;
        colour(kSoft);
        if (!head_.note.empty()) y_ += text_.put_lines(head_.note, kMargin, y_, width, small_, 1);
        y_ += 12;
    }

    /// Bars from left to right: labels may be long, and each is read beside its value.
    void draw_chart() {
        constexpr double kLabels = 190, kValues = 60, kThick = 9;
        const double most = std::ranges::max_element(head_.chart, {}, &std::pair<std::string, double>::second)->second;
        const double left = kMargin + kLabels, width = kWidth - kMargin - kValues - left;
        colour(kInk);
        text_.put(head_.chart_title, kMargin, y_ + 8, kWidth - 2 * kMargin, strong_);
        y_ += 16;
        for (const auto& [label, value] : head_.chart) {
            const double top = y_ + (kBarRow - kThick) / 2;
            fill(left, top, width, kThick, kBand);
            if (most > 0 && value > 0) fill(left, top, value / most * width, kThick, kBar);
            colour(kInk);
            text_.put(label, kMargin, y_ + 10, kLabels - 8, small_, true);
            text_.put(number_text(value), left + width + 6, y_ + 10, kValues - 6, strong_);
            y_ += kBarRow;
        }
        y_ += 14;
    }

    void draw_header() {
        fill(kMargin, y_, kWidth - 2 * kMargin, kHeader, kDeep);
        colour(kWhite);
        for (std::size_t i = 0; i < head_.columns.size(); ++i)
            text_.put(head_.columns[i].title, left_[i] + 3, y_ + 11, left_[i + 1] - left_[i] - 6, strong_,
                      head_.columns[i].type == CellType::number);
        y_ += kHeader;
        if (head_.rows) draw_bands(*head_.rows);
        colour(kInk);
    }

    /// Of every other row that will come to this page, at once: the texts above them are then drawn at once too.
    void draw_bands(std::size_t rows) {
        const auto fit = static_cast<std::size_t>((kBottom - y_) / kRow);
        const auto coming = std::min(fit, rows - std::min(rows, row_));
        colour(kBand);
        for (std::size_t i = 0; i < coming; ++i)
            if ((row_ + i) % 2 == 1)
                cairo_rectangle(context_.get(), kMargin, y_ + kRow * static_cast<double>(i), kWidth - 2 * kMargin,
                                kRow);
        cairo_fill(context_.get());
    }

    void end_page() {
        fill(kMargin, kHeight - kMargin, kWidth - 2 * kMargin, 0.5, kLine);
        colour(kSoft);
        text_.put(head_.title, kMargin, kHeight - kMargin + 11, 500, small_);
        const auto of = ++page_ <= pages_ ? " of " + std::to_string(pages_) : std::string{};
        text_.put("page " + std::to_string(page_) + of, kWidth - kMargin - 100, kHeight - kMargin + 11, 100, small_,
                  true);
        text_.draw();
        cairo_show_page(context_.get());
        check();
    }

    TableHead head_;
    Totals totals_;
    Out out_;
    std::exception_ptr problem_;
    bool is_given_up_ = false;
    Held<cairo_surface_t> surface_;
    Held<cairo_t> context_;
    PdfText text_;
    PdfText::Font &small_, &strong_, &medium_, &large_;
    std::vector<double> left_;
    double y_ = kMargin;
    std::size_t row_ = 0, page_ = 0, pages_ = 0;
};

}  // namespace

std::unique_ptr<TableWriter> pdf_writer(const std::string& path, TableHead head) {
    return std::make_unique<PdfWriter>(path, std::move(head));
}

}  // namespace nightshift::core::files
