#include <cairo-pdf.h>

#include <algorithm>
#include <exception>
#include <new>
#include <numeric>

#include "core/error/error.h"
#include "core/files/out.h"
#include "core/files/pdf_text.h"
#include "core/files/table.h"

namespace nightshift::core::files {
namespace {

constexpr double kWidth = 841.89, kHeight = 595.28, kMargin = 36;  // A4 landscape, points
constexpr double kRow = 15, kHeader = kRow + 2, kChartHeight = 150, kBottom = kHeight - kMargin - 12;

/// One page at a time: cairo writes each out when it is shown, so a million rows need no more memory than forty.
/// A page that is out can't be told how many there will be in all. Rows are all of one height, so where their number is
/// known beforehand, so is that of the pages.
class PdfWriter final : public TableWriter {
public:
    PdfWriter(const std::string& path, TableHead head)
        : head_(std::move(head)),
          out_(path),
          surface_(cairo_pdf_surface_create_for_stream(write, this, kWidth, kHeight)),
          context_(cairo_create(surface_.get())),
          text_(context_.get()),
          small_(text_.font("DejaVu Sans, Noto Sans 7.5")),
          strong_(text_.font("DejaVu Sans, Noto Sans Bold 7.5")),
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
        if (y_ + kRow > kBottom) {
            end_page();
            y_ = kMargin;
            draw_header();
        }
        if (row_++ % 2 == 1) fill(kMargin, y_, kWidth - 2 * kMargin, kRow, 0.955, 0.965, 0.975);
        colour(0.13, 0.15, 0.19);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const bool right = head_.columns[i].type == CellType::number;
            text_.put(cells[i], left_[i] + 3, y_ + 10, left_[i + 1] - left_[i] - 6, small_, right);
        }
        y_ += kRow;
    }

    void finish() override {
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
    /// Where the first page's rows begin is known now.
    void count_pages(std::size_t rows) {
        const auto fit = [](double from) { return static_cast<std::size_t>((kBottom - from) / kRow); };
        const auto first = fit(y_), each = fit(kMargin + kHeader);
        pages_ = 1 + (rows > first ? (rows - first + each - 1) / each : 0);
    }
    void colour(double r, double g, double b) {
        text_.draw();
        cairo_set_source_rgb(context_.get(), r, g, b);
    }
    void fill(double x, double y, double w, double h, double r, double g, double b) {
        colour(r, g, b);
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
        colour(0.08, 0.2, 0.35);
        text_.put(head_.title, kMargin, y_ + 17, kWidth - 2 * kMargin, large_);
        colour(0.4, 0.44, 0.5);
        text_.put(head_.subtitle, kMargin, y_ + 33, kWidth - 2 * kMargin, small_);
        y_ += 48;
    }

    void draw_chart() {
        const double most = std::ranges::max_element(head_.chart, {}, &std::pair<std::string, double>::second)->second;
        const double step = (kWidth - 2 * kMargin) / static_cast<double>(head_.chart.size()),
                     base = y_ + kChartHeight - 16;
        colour(0.13, 0.15, 0.19);
        text_.put(head_.chart_title, kMargin, y_ + 8, 400, strong_);
        static constexpr double kColours[][3] = {{0.30, 0.49, 0.70}, {0.95, 0.64, 0.28}, {0.79, 0.30, 0.30},
                                                 {0.60, 0.45, 0.70}, {0.30, 0.62, 0.44}, {0.55, 0.58, 0.62}};
        for (std::size_t i = 0; i < head_.chart.size(); ++i) {
            const auto& [label, value] = head_.chart[i];
            const double height = most > 0 ? value / most * (kChartHeight - 50) : 0,
                         x = kMargin + step * static_cast<double>(i);
            const auto& c = kColours[i % std::size(kColours)];
            fill(x + step * 0.2, base - height, step * 0.6, height, c[0], c[1], c[2]);
            colour(0.13, 0.15, 0.19);
            text_.put(std::to_string(static_cast<long long>(value)), x + step * 0.2 + 2, base - height - 4, step * 0.6,
                      strong_);
            text_.put(label, x + step * 0.2 + 2, base + 11, step * 0.75, small_);
        }
        fill(kMargin, base, kWidth - 2 * kMargin, 0.7, 0.6, 0.63, 0.67);
        y_ += kChartHeight + 8;
    }

    void draw_header() {
        fill(kMargin, y_, kWidth - 2 * kMargin, kHeader, 0.08, 0.2, 0.35);
        colour(1, 1, 1);
        for (std::size_t i = 0; i < head_.columns.size(); ++i)
            text_.put(head_.columns[i].title, left_[i] + 3, y_ + 11, left_[i + 1] - left_[i] - 6, strong_,
                      head_.columns[i].type == CellType::number);
        y_ += kHeader;
    }

    void end_page() {
        colour(0.4, 0.44, 0.5);
        text_.put(head_.title, kMargin, kHeight - kMargin + 11, 400, small_);
        const auto of = ++page_ <= pages_ ? " of " + std::to_string(pages_) : std::string{};
        text_.put("page " + std::to_string(page_) + of, kWidth - kMargin - 100, kHeight - kMargin + 11, 100, small_,
                  true);
        text_.draw();
        cairo_show_page(context_.get());
        check();
    }

    TableHead head_;
    Out out_;
    std::exception_ptr problem_;
    bool is_given_up_ = false;
    Held<cairo_surface_t> surface_;
    Held<cairo_t> context_;
    PdfText text_;
    PdfText::Font &small_, &strong_, &large_;
    std::vector<double> left_;
    double y_ = kMargin;
    std::size_t row_ = 0, page_ = 0, pages_ = 0;
};

}  // namespace

std::unique_ptr<TableWriter> pdf_writer(const std::string& path, TableHead head) {
    return std::make_unique<PdfWriter>(path, std::move(head));
}

}  // namespace nightshift::core::files
