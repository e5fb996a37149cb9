#include "api/kit/headers.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "core/text/blanks.h"
#include "core/text/case.h"

namespace nightshift::api::kit {
namespace {

using core::text::trimmed;

/// The parts between separators that stand in no quoted string.
std::vector<std::string_view> parts(std::string_view text, char separator) {
    std::vector<std::string_view> found;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] == '"') quoted = !quoted;
        if (i < text.size() && quoted && text[i] == '\\') ++i;
        if (i < text.size() && (quoted || text[i] != separator)) continue;
        const auto end = std::min(i, text.size());
        if (const auto one = trimmed(text.substr(begin, end - begin)); !one.empty()) found.push_back(one);
        begin = end + 1;
        if (begin > text.size()) break;
    }
    return found;
}

struct Parameter {
    std::string_view name;
    std::string value;  ///< without quotes
};

Parameter parameter(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return {trimmed(text), {}};
    auto given = trimmed(text.substr(equals + 1));
    std::string value;
    if (given.size() < 2 || given.front() != '"' || given.back() != '"') {
        value = given;
    } else {
        for (given = given.substr(1, given.size() - 2); !given.empty(); given.remove_prefix(1)) {
            if (given.front() == '\\' && given.size() > 1) given.remove_prefix(1);
            value += given.front();
        }
    }
    return {trimmed(text.substr(0, equals)), std::move(value)};
}

}  // namespace

bool is_json(std::string_view content_type) {
    const auto all = parts(content_type, ';');
    if (all.empty() || !core::text::same_but_case(all.front(), "application/json")) return false;
    return std::all_of(all.begin() + 1, all.end(), [](std::string_view text) {
        const auto [name, value] = parameter(text);
        return core::text::same_but_case(name, "charset") && core::text::same_but_case(value, "utf-8");
    });
}

std::optional<std::string_view> bearer_token(std::string_view authorization) {
    const auto space = authorization.find(' ');
    if (space == std::string_view::npos || !core::text::same_but_case(authorization.substr(0, space), "bearer"))
        return std::nullopt;
    return trimmed(authorization.substr(space));
}

std::optional<std::string> preference(const core::http::Request& request, std::string_view name) {
    const auto all = request.combined("prefer");
    for (const auto one : parts(all, ',')) {
        const auto with_parameters = parts(one, ';');
        if (with_parameters.empty()) continue;
        auto found = parameter(with_parameters.front());
        if (core::text::same_but_case(found.name, name)) return std::move(found.value);
    }
    return std::nullopt;
}

bool accepts(const core::http::Request& request, std::string_view media_type) {
    const auto accept = request.combined("accept");
    const auto type = trimmed(media_type.substr(0, media_type.find(';')));
    const auto family = std::string(type.substr(0, type.find('/'))) + "/*";
    int closest = 0;  // the closest range decides: the type itself, then its family, then anything. RFC 9110 12.5.1
    bool wanted = false, any = false;
    for (const auto one : parts(accept, ',')) {
        const auto range = parts(one, ';');
        if (range.empty() || range.front().find('/') == std::string_view::npos) continue;  // no range: says nothing
        any = true;
        const int close = core::text::same_but_case(range.front(), type)     ? 3
                          : core::text::same_but_case(range.front(), family) ? 2
                          : range.front() == "*/*"                           ? 1
                                                                             : 0;
        if (close == 0 || close < closest) continue;
        double quality = 1;
        for (const auto text : range)
            if (const auto [name, value] = parameter(text); core::text::same_but_case(name, "q"))
                quality = std::atof(value.c_str());
        wanted = close > closest ? quality > 0 : wanted || quality > 0;
        closest = close;
    }
    return !any || wanted;
}

}  // namespace nightshift::api::kit
