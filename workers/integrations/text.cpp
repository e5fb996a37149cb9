#include "workers/integrations/text.h"

#include <algorithm>

namespace nightshift::workers::integrations {
namespace {

constexpr std::size_t kLongest = 4;  // bytes of a character

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// How long the character at the front is; 0: it is none. RFC 3629 4.
std::size_t character(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const auto first = byte(0);
    if (first < 0x80) return first == 0 ? 0 : 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || bytes.size() < size) return 0;
    if (!std::ranges::all_of(bytes.substr(1, size - 1), continues)) return 0;
    const auto second = byte(1);
    const bool too_long = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool no_character = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return too_long || no_character ? 0 : size;
}

}  // namespace

bool is_text(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = character(bytes);
        if (size == 0) return false;
        bytes.remove_prefix(size);
    }
    return true;
}

std::string as_text(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto size = character(bytes);
        out += size == 0 ? std::string_view("\xef\xbf\xbd") : bytes.substr(0, size);
        bytes.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return out;
}

std::string_view first_of(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    for (std::size_t back = 0; back < kLongest && back <= most; ++back)
        if (!continues(text[most - back])) return text.substr(0, most - back);
    return text.substr(0, most);  // no text at all
}

std::string_view last_of(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    const auto from = text.size() - most;
    for (std::size_t on = 0; on < kLongest && on < most; ++on)
        if (!continues(text[from + on])) return text.substr(from + on);
    return text.substr(from);
}

}  // namespace nightshift::workers::integrations
