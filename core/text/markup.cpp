#include "core/text/markup.h"

namespace nightshift::core::text {

void append_markup(std::string& out, std::string_view text) {
    for (;;) {
        const auto at = text.find_first_of("&<>\"'");
        out += text.substr(0, at);
        if (at == std::string_view::npos) return;
        const char c = text[at];
        out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : "&#39;";
        text.remove_prefix(at + 1);
    }
}

std::string markup(std::string_view text) {
    std::string out;
    append_markup(out, text);
    return out;
}

}  // namespace nightshift::core::text
