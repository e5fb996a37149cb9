#include "core/http/target.h"

#include "core/text/utf8.h"

namespace nightshift::core::http {
namespace {

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// What may go into JSON, a log and the database as it is.
bool is_text(std::string_view decoded) {
    while (!decoded.empty()) {
        const auto [code, length] = text::first(decoded);
        if (code == text::kInvalid || text::is_control(code)) return false;
        decoded.remove_prefix(length);
    }
    return true;
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
        out += c;
    }
    if (!is_text(out)) return std::nullopt;
    return out;
}

/// Each segment is decoded by itself, so that no %2F becomes a separator: what stands before us may have split the path
/// by the slashes it saw.
std::optional<std::string> decode_path(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash before the segment
        const auto end = path.find('/');
        const auto segment = decode(path.substr(0, end), false);
        if (!segment || *segment == "." || *segment == ".." || segment->find('/') != std::string::npos)
            return std::nullopt;
        out += '/';
        out += *segment;
        path = end == std::string_view::npos ? "" : path.substr(end);
    }
    return out;
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
    if (!target.starts_with('/') || target.size() > 8192) return std::nullopt;
    const auto question = target.find('?');
    auto path = decode_path(target.substr(0, question));
    if (!path) return std::nullopt;
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
