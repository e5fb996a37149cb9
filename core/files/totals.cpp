#include "core/files/totals.h"

#include <array>
#include <charconv>
#include <cmath>

namespace nightshift::core::files {

Totals::Totals(const std::vector<Column>& columns) : sums_(columns.size()) {
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].sum) summed_.push_back(i);
}

void Totals::add(const std::vector<std::string_view>& cells) {
    for (const auto i : summed_) {
        double value = 0;
        if (std::from_chars(cells[i].data(), cells[i].data() + cells[i].size(), value).ec == std::errc{})
            sums_[i] += value;
    }
}

std::vector<std::string> Totals::texts() const {
    if (!any()) return {};
    std::vector<std::string> texts(sums_.size());
    for (const auto i : summed_) texts[i] = number_text(sums_[i]);
    if (texts[0].empty()) texts[0] = "Total";
    return texts;
}

std::string number_text(double value) {
    std::array<char, 64> text{};
    const auto rounded = std::round(value * 100) / 100;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), rounded, std::chars_format::fixed, 2).ptr;
    std::string out(text.data(), end);
    while (out.ends_with('0')) out.pop_back();
    if (out.ends_with('.')) out.pop_back();
    return out == "-0" ? "0" : out;
}

}  // namespace nightshift::core::files
