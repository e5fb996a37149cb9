#include "core/text/percent.h"

namespace nightshift::core::text {

std::string percent(char byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto bits = static_cast<unsigned char>(byte);
    return {'%', kDigits[bits >> 4U], kDigits[bits & 15U]};
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                              c == '.' || c == '_' || c == '~';
        out += is_plain ? std::string(1, c) : percent(c);
    }
    return out;
}

}  // namespace nightshift::core::text
