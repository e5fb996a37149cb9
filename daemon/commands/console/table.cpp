#include "daemon/commands/console/table.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <numeric>

namespace nightshift::daemon::console {
namespace {

constexpr std::size_t kGap = 2, kNarrowest = 8;

struct Glyph {
    char32_t code = 0;
    std::size_t bytes = 1;  ///< of its UTF-8 form
};

/// The first character; a byte that begins none counts as one of its own.
Glyph first_of(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (length == 0 || text.size() < length) return {U'\uFFFD', 1};
    char32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80) return {U'\uFFFD', 1};
        code = (code << 6U) | (byte & 0x3FU);
    }
    return {code, length};
}

std::size_t width_of(char32_t code) {
    static const bool is_unicode = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
    if (!is_unicode) return 1;
    return static_cast<std::size_t>(std::max(::wcwidth(static_cast<wchar_t>(code)), 0));
}

bool is_unsafe(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || code == 0xFFFD;
}

}  // namespace

std::size_t terminal_width(int descriptor) {
    winsize size{};
    if (::isatty(descriptor) == 0 || ::ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;  // NOLINT: POSIX
    return size.ws_col == 0 ? 80 : size.ws_col;
}

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto glyph = first_of(text);
        if (is_unsafe(glyph.code))
            out += '?';
        else
            out += text.substr(0, glyph.bytes);
        text.remove_prefix(glyph.bytes);
    }
    return out;
}

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto glyph = first_of(text);
        columns += width_of(glyph.code);
        text.remove_prefix(glyph.bytes);
    }
    return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) return std::string(text);
    std::size_t used = 0, bytes = 0;
    while (bytes < text.size()) {
        const auto glyph = first_of(text.substr(bytes));
        if (used + width_of(glyph.code) + 1 > columns) break;
        used += width_of(glyph.code);
        bytes += glyph.bytes;
    }
    return std::string(text.substr(0, bytes)) + "…";
}

void Table::add(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    for (auto& cell : cells) cell = printable(cell);
    rows_.push_back(std::move(cells));
}

/// As wide as the widest cell; where that is too much, the widest column that gives loses first.
std::vector<std::size_t> Table::widths(std::size_t limit) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        auto widest = columns_of(columns_[i].title);
        for (const auto& row : rows_) widest = std::max(widest, columns_of(row[i]));
        widths.push_back(widest);
    }
    if (limit == 0) return widths;
    const auto gaps = kGap * (columns_.size() - 1);
    for (auto total = std::accumulate(widths.begin(), widths.end(), gaps); total > limit; --total) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (columns_[i].gives && widths[i] > kNarrowest && (widest == nullptr || widths[i] > *widest))
                widest = &widths[i];
        if (widest == nullptr) break;
        --*widest;
    }
    return widths;
}

std::string Table::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto cell = cut(cells[i], widths[i]);
        const std::string pad(widths[i] - std::min(columns_of(cell), widths[i]), ' ');
        out += columns_[i].right ? pad + cell : cell + pad;
        out += std::string(kGap, ' ');
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
}

std::string Table::text(std::size_t width) const {
    const auto fitted = widths(width);
    std::vector<std::string> titles;
    for (const auto& column : columns_) titles.push_back(column.title);
    auto out = line(titles, fitted);
    for (const auto& row : rows_) out += line(row, fitted);
    return out;
}

}  // namespace nightshift::daemon::console
