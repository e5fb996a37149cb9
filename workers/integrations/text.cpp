#include "workers/integrations/text.h"

#include "core/text/utf8.h"

namespace nightshift::workers::integrations {

bool is_text(std::string_view bytes) {
    return bytes.find('\0') == std::string_view::npos && core::text::is_utf8(bytes);
}

std::string as_text(std::string_view bytes) {
    std::string text;
    for (const char c : core::text::repaired(bytes))
        if (c == '\0')
            text += "\ufffd";
        else
            text += c;
    return text;
}

std::string_view last_of(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    const auto from = text.size() - most;
    constexpr std::size_t kLongest = 4;  // bytes of a character
    for (std::size_t on = 0; on < kLongest && on < most; ++on)
        if ((static_cast<unsigned char>(text[from + on]) & 0xc0U) != 0x80U) return text.substr(from + on);
    return text.substr(from);
}

}  // namespace nightshift::workers::integrations
