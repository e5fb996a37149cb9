#include "core/text/utf8.h"

namespace nightshift::core::text {
namespace {

constexpr unsigned byte_of(char c) {
    return static_cast<unsigned char>(c);
}
constexpr bool continues(char c) {
    return (byte_of(c) & 0xC0U) == 0x80U;
}

}  // namespace

Character first(std::string_view text) {
    const auto lead = byte_of(text.front());
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {kInvalid, 1};
    char32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (!continues(text[i])) return {kInvalid, 1};
        code = (code << 6U) | (byte_of(text[i]) & 0x3FU);
    }
    constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < kLeast[length] || code > 0x10FFFF || is_surrogate) return {kInvalid, 1};
    return {code, length};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto [code, length] = first(text);
        if (code == kInvalid) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

bool is_deceptive(char32_t code) {
    return is_control(code) || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0x200E || code == 0x200F;
}

namespace {

std::string replaced(std::string_view text, bool (*is_wrong)(char32_t)) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto [code, length] = first(text);
        out += is_wrong(code) ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
        text.remove_prefix(length);
    }
    return out;
}

}  // namespace

std::string repaired(std::string_view text) {
    return replaced(text, [](char32_t code) { return code == kInvalid; });
}

std::string storable(std::string_view text) {
    return replaced(text, [](char32_t code) { return code == kInvalid || code == 0; });
}

std::string_view cut(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    auto end = most;
    while (end > 0 && most - end < 3 && continues(text[end])) --end;
    // Four continuation bytes in a row are no character at all: then any byte is as good an end.
    return text.substr(0, continues(text[end]) ? most : end);
}

}  // namespace nightshift::core::text
