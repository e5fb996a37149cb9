#include "core/http/target.h"

namespace nightshift::core::http {
namespace {

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex(text[i + 1]), low = hex(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
        out += c;
    }
    return out;
}

bool has_dot_segment(std::string_view path) {
    return path.find("/../") != std::string_view::npos || path.ends_with("/..") ||
           path.find("/./") != std::string_view::npos || path.ends_with("/.");
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
    if (!target.starts_with('/') || target.size() > 8192) return std::nullopt;
    const auto question = target.find('?');
    auto path = decode(target.substr(0, question), false);
    if (!path || has_dot_segment(*path)) return std::nullopt;
    Target parsed{std::move(*path), {}};
    auto rest = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto name = decode(pair.substr(0, equals), true);
        auto value =
            equals == std::string_view::npos ? std::optional<std::string>("") : decode(pair.substr(equals + 1), true);
        if (!name || !value) return std::nullopt;
        parsed.query.emplace_back(std::move(*name), std::move(*value));
    }
    return parsed;
}

}  // namespace nightshift::core::http
