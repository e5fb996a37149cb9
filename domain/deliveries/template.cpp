#include "domain/deliveries/template.h"

#include <algorithm>
#include <vector>

#include "core/error/error.h"
#include "core/text/markup.h"
#include "domain/deliveries/templates.h"

namespace nightshift::domain::deliveries {
namespace {

using core::Code;
using core::Error;
namespace json = core::json;

struct Known {
    std::string_view name, places;
};
constexpr Known kTemplates[] = {
    {"notification", "heading why unsubscribe items items.title items.body items.at items.key"},
    {"digest", "heading why unsubscribe items items.title items.body items.at items.key"},
    {"message", "text why unsubscribe"},
};

std::string_view file_of(std::string_view name) {
    const auto* found = std::ranges::find(templates::all, name, &templates::Text::name);
    return found == std::end(templates::all) ? std::string_view{} : found->text;
}

struct Tag {
    enum class Kind : std::uint8_t { none, place, open, close } kind = Kind::none;
    std::string_view before, name, after;
};

/// What stands before the next tag, the tag, and what comes after it.
Tag next_tag(std::string_view text) {
    const auto open = text.find("{{");
    if (open == std::string_view::npos) return {.before = text};
    const auto close = text.find("}}", open);
    if (close == std::string_view::npos) throw Error(Code::configuration, "expected }} after {{");
    auto name = text.substr(open + 2, close - open - 2);
    const auto kind = name.starts_with('#')   ? Tag::Kind::open
                      : name.starts_with('/') ? Tag::Kind::close
                                              : Tag::Kind::place;
    if (kind != Tag::Kind::place) name.remove_prefix(1);
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    if (name.empty() || !std::ranges::all_of(name, is_letter))
        throw Error(Code::configuration, "expected a name in {{" + std::string(name) + "}}");
    return {kind, text.substr(0, open), name, text.substr(close + 2)};
}

/// What {{#name}} encloses, and what comes after its end; sections of one name may nest.
std::pair<std::string_view, std::string_view> section(std::string_view text, std::string_view name) {
    int depth = 1;
    for (auto rest = text;;) {
        const auto tag = next_tag(rest);
        if (tag.kind == Tag::Kind::none) throw Error(Code::configuration, "expected {{/" + std::string(name) + "}}");
        if (tag.name == name && tag.kind == Tag::Kind::open) ++depth;
        if (tag.name == name && tag.kind == Tag::Kind::close && --depth == 0) {
            const auto inner =
                text.substr(0, static_cast<std::size_t>(tag.before.data() + tag.before.size() - text.data()));
            return {inner, tag.after};
        }
        rest = tag.after;
    }
}

using Scopes = std::vector<const json::object*>;

const json::value& value_of(const Scopes& scopes, std::string_view name) {
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope)
        if (const auto* found = (*scope)->if_contains(name)) return *found;
    throw Error(Code::internal, "template: nothing fills {{" + std::string(name) + "}}");
}

void render(std::string& out, std::string_view text, Scopes& scopes, bool as_html) {
    for (;;) {
        const auto tag = next_tag(text);
        out += tag.before;
        if (tag.kind == Tag::Kind::none) return;
        text = tag.after;
        if (tag.kind == Tag::Kind::close)
            throw Error(Code::configuration, "expected {{#" + std::string(tag.name) + "}} before its end");
        const auto& value = value_of(scopes, tag.name);
        if (tag.kind == Tag::Kind::place) {
            const auto plain = value.is_string() ? std::string(value.as_string()) : json::text(value);
            out += as_html ? core::text::markup(plain) : plain;
            continue;
        }
        const auto [inner, after] = section(text, tag.name);
        text = after;
        if (value.is_array()) {
            for (const auto& one : value.as_array()) {
                scopes.push_back(&one.as_object());
                render(out, inner, scopes, as_html);
                scopes.pop_back();
            }
        } else if (value.is_string() && !value.as_string().empty()) {
            render(out, inner, scopes, as_html);
        }
    }
}

bool is_place(std::string_view places, std::string_view name) {
    return (" " + std::string(places) + " ").find(" " + std::string(name) + " ") != std::string::npos;
}

/// `within`: the lists around, "items.".
void check(std::string_view text, std::string_view places, const std::string& within) {
    for (;;) {
        const auto tag = next_tag(text);
        if (tag.kind == Tag::Kind::none) return;
        text = tag.after;
        const std::string name(tag.name);
        if (tag.kind == Tag::Kind::close) throw Error(Code::configuration, "expected {{#" + name + "}} before its end");
        if (!is_place(places, name) && !is_place(places, within + name))
            throw Error(Code::configuration, "nothing fills {{" + name + "}}");
        if (tag.kind != Tag::Kind::open) continue;
        const auto [inner, after] = section(text, tag.name);
        const bool is_list = std::string(places).find(name + ".") != std::string::npos;
        check(inner, places, is_list ? name + "." : within);
        text = after;
    }
}

}  // namespace

std::string rendered_text(std::string_view text, const json::object& values, bool as_html) {
    std::string out;
    Scopes scopes{&values};
    render(out, text, scopes, as_html);
    return out;
}

std::string rendered(std::string_view file, const json::object& values) {
    const auto text = file_of(file);
    if (text.empty()) throw Error(Code::validation, "template: there is no \"" + std::string(file) + '"');
    return rendered_text(text, values, file.ends_with(".html"));
}

std::string template_problem(std::string_view text, std::string_view places) {
    try {
        check(text, places, {});
        return {};
    } catch (const Error& problem) {
        return problem.what();
    }
}

bool is_template(std::string_view name) {
    return std::ranges::find(kTemplates, name, &Known::name) != std::end(kTemplates);
}

void check_templates() {
    for (const auto& [name, places] : kTemplates)
        for (const std::string_view form : {".txt", ".html"}) {
            const auto file = std::string(name) + std::string(form);
            const auto text = file_of(file);
            const auto problem = text.empty() ? std::string("is not there") : template_problem(text, places);
            if (!problem.empty())
                throw Error(Code::configuration, "domain/deliveries/templates/" + file + ": " + problem);
        }
    for (const auto& file : templates::all)
        if (!is_template(file.name.substr(0, file.name.rfind('.'))))
            throw Error(Code::configuration,
                        "domain/deliveries/templates/" + std::string(file.name) + ": nobody makes mails from it");
}

}  // namespace nightshift::domain::deliveries
