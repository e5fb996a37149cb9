// Texts as headers and bodies of mails may hold them.
#include <algorithm>

#include "core/mail/message.h"
#include "core/text/base64.h"
#include "core/text/utf8.h"

namespace nightshift::core::mail {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool is_plain_character(char c) {
    return c >= ' ' && c <= '~';
}

/// One line without anything that steers a reader or a terminal.
std::string as_one_line(std::string_view given) {
    const auto repaired = text::repaired(given);
    std::string out;
    std::string_view rest = repaired;
    while (!rest.empty()) {
        const auto character = text::first(rest);
        if (text::is_deceptive(character.code))
            out += ' ';
        else
            out.append(rest.substr(0, character.length));
        rest.remove_prefix(character.length);
    }
    return out;
}

void append_quoted(std::string& out, std::string& line, char c, bool encode) {
    constexpr std::size_t kMostLine = 75;  // and the "=" of a soft break
    const auto byte = static_cast<unsigned char>(c);
    const std::string piece =
        encode ? std::string{'=', kHexDigits[byte >> 4U], kHexDigits[byte & 15U]} : std::string(1, c);
    if (line.size() + piece.size() > kMostLine) {
        out += line + "=\r\n";
        line.clear();
    }
    line += piece;
}

}  // namespace

std::string encoded_words(std::string_view given) {
    constexpr std::size_t kMostPlain = 65, kMostBytes = 42;  // of one word: 42 bytes are 56 letters of base64
    auto line = as_one_line(given);
    const bool is_plain = std::ranges::all_of(line, is_plain_character) && line.find("=?") == std::string::npos;
    if (is_plain && line.size() <= kMostPlain) return line;
    std::string out;
    std::string_view rest = line;
    while (!rest.empty()) {
        const auto piece = text::cut(rest, kMostBytes);
        out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + text::base64(piece) + "?=";
        rest.remove_prefix(piece.size());
    }
    return out;
}

std::string quoted_printable(std::string_view given) {
    const auto repaired = text::repaired(given);
    std::string out, line;
    for (std::size_t i = 0; i < repaired.size(); ++i) {
        const char c = repaired[i];
        if (c == '\r' && i + 1 < repaired.size() && repaired[i + 1] == '\n') continue;
        if (c == '\n') {
            out += line + "\r\n";
            line.clear();
            continue;
        }
        const bool is_last = i + 1 == repaired.size() || repaired[i + 1] == '\n' || repaired[i + 1] == '\r';
        const bool is_blank = c == ' ' || c == '\t';
        const bool is_dot = c == '.' && line.empty();  // nothing between us and the reader can take it for an end
        append_quoted(out, line, c,
                      (!is_plain_character(c) && c != '\t') || c == '=' || (is_blank && is_last) || is_dot);
    }
    return out + line;
}

}  // namespace nightshift::core::mail
