#include <algorithm>

#include "core/files/html_style.h"
#include "core/files/out.h"
#include "core/files/table.h"
#include "core/files/totals.h"
#include "core/text/markup.h"

namespace nightshift::core::files {
namespace {

/// A page that needs nothing but itself: no script, nothing fetched, and a policy that says so, whatever a name holds.
class HtmlWriter final : public TableWriter {
public:
    HtmlWriter(const std::string& path, TableHead head) : out_(path), head_(std::move(head)), totals_(head_.columns) {
        const auto title = text::markup(head_.title);
        out_.put(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n<title>" +
            title + "</title>\n<style>" + std::string(kHtmlStyle) +
            "</style>\n</head>\n<body>\n<header>\n<h1 dir=\"auto\">" + title + "</h1>\n");
        for (const auto* line : {&head_.subtitle, &head_.note})
            if (!line->empty()) out_.put("<p dir=\"auto\">" + text::markup(*line) + "</p>\n");
        out_.put("</header>\n<main>\n");
        if (!head_.chart.empty()) put_chart();
        begin_table();
    }

    void row(const std::vector<std::string_view>& cells) override {
        line_ = "<tr>";
        for (std::size_t i = 0; i < cells.size(); ++i) put_cell(cells[i], i);
        out_.put(line_ += '\n');
        totals_.add(cells);
        ++rows_;
    }

    void finish() override {
        if (rows_ == 0)
            out_.put("<tr><td class=\"none\" colspan=\"" + std::to_string(head_.columns.size()) +
                     "\">There is nothing to show.</td></tr>\n");
        out_.put("</tbody>\n");
        if (const auto texts = totals_.texts(); !texts.empty() && rows_ > 0) {
            line_ = "<tfoot>\n<tr>";
            for (std::size_t i = 0; i < texts.size(); ++i) put_cell(texts[i], i);
            out_.put(line_ += "\n</tfoot>\n");
        }
        out_.put("</table>\n</div>\n</main>\n</body>\n</html>\n");
        out_.close();
    }

private:
    /// Its end tag may be left out, which a large table is glad of.
    void put_cell(std::string_view text, std::size_t column) {
        switch (head_.columns[column].type) {
            case CellType::number:
                line_ += "<td class=n>";
                break;
            case CellType::text:
                line_ += "<td dir=auto>";
                break;
            default:
                line_ += "<td class=d>";
        }
        text::append_markup(line_, text);
    }

    void begin_table() {
        line_ = "<div class=\"rows\" role=\"region\" aria-label=\"Rows\" tabindex=\"0\">\n<table>\n<caption>" +
                text::markup(head_.rows ? "Rows: " + std::to_string(*head_.rows) : std::string("Rows")) +
                "</caption>\n<thead>\n<tr>";
        for (const auto& column : head_.columns)
            line_ += std::string("<th scope=\"col\"") + (column.type == CellType::number ? " class=\"n\">" : ">") +
                     text::markup(column.title) + "</th>";
        out_.put(line_ += "</tr>\n</thead>\n<tbody>\n");
    }

    /// Bars from left to right: labels may be long, and each is read beside its value.
    void put_chart() {
        constexpr int kLabels = 220, kBars = 640, kStep = 28, kBar = 18;
        double most = 0;
        for (const auto& [label, value] : head_.chart) most = std::max(most, value);
        const auto height = std::to_string(static_cast<int>(head_.chart.size()) * kStep);
        std::string svg = "<figure>\n<figcaption>" + text::markup(head_.chart_title) +
                          "</figcaption>\n<svg viewBox=\"0 0 960 " + height + "\" role=\"img\" aria-label=\"" +
                          text::markup(head_.chart_title) + "\">\n";
        for (std::size_t i = 0; i < head_.chart.size(); ++i) {
            const auto& [label, value] = head_.chart[i];
            const auto top = std::to_string(static_cast<int>(i) * kStep + (kStep - kBar) / 2);
            const auto line = std::to_string(static_cast<int>(i) * kStep + kStep / 2 + 5);
            const auto width = number_text(most > 0 ? std::max(value, 0.0) / most * kBars : 0);
            const auto rest = " y=\"" + top + "\" height=\"" + std::to_string(kBar) + "\" rx=\"3\"";
            svg += "<g><title>" + text::markup(label) + ": " + number_text(value) + "</title><text x=\"" +
                   std::to_string(kLabels - 12) + "\" y=\"" + line + "\" text-anchor=\"end\">" +
                   text::markup(shortened(label)) + "</text><rect class=\"rail\" x=\"" + std::to_string(kLabels) +
                   "\" width=\"" + std::to_string(kBars) + "\"" + rest + "/><rect class=\"bar\" x=\"" +
                   std::to_string(kLabels) + "\" width=\"" + width + "\"" + rest + "/><text class=\"value\" x=\"" +
                   std::to_string(kLabels + kBars + 12) + "\" y=\"" + line + "\">" + number_text(value) +
                   "</text></g>\n";
        }
        out_.put(svg + "</svg>\n</figure>\n");
    }

    /// No more characters than fit beside the bars.
    static std::string shortened(const std::string& label) {
        constexpr int kMost = 28;
        int count = 0;
        for (std::size_t i = 0; i < label.size(); ++i) {
            const auto byte = static_cast<unsigned char>(label[i]);
            if ((byte & 0xc0U) == 0x80U) continue;
            count += byte >= 0xe1 ? 2 : 1;  // most scripts up there are as wide as two
            if (count > kMost) return label.substr(0, i) + "\u2026";
        }
        return label;
    }

    Out out_;
    TableHead head_;
    Totals totals_;
    std::string line_;
    std::size_t rows_ = 0;
};

}  // namespace

std::unique_ptr<TableWriter> html_writer(const std::string& path, TableHead head) {
    return std::make_unique<HtmlWriter>(path, std::move(head));
}

}  // namespace nightshift::core::files
