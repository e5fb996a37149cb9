#include "workers/integrations/settings.h"

#include <algorithm>
#include <set>

#include "core/http/client.h"

namespace nightshift::workers::integrations {
namespace {

namespace json = core::json;

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// Lists are looked at before their elements are: whatever is in them.
std::string text_in(const json::value& element, const char* key) {
    return element.is_object() ? json::text_in(element.as_object(), key) : std::string{};
}

std::string check_names_differ(const json::value& list) {
    std::set<std::string> names;
    for (const auto& element : list.as_array())
        if (const auto name = text_in(element, "name"); !name.empty() && !names.insert(name).second)
            return "expected each name once, got \"" + name + "\" twice";
    return {};
}

/// The element of that name in a list of the configuration.
std::optional<json::object> find_named(const queue::Run& run, std::string_view list, std::string_view name) {
    const auto all = run.setting(list);
    if (!all.is_array()) return std::nullopt;
    for (const auto& one : all.as_array())
        if (text_in(one, "name") == name) return one.as_object();
    return std::nullopt;
}

}  // namespace

std::string check_networks(const json::value& list) {
    return core::http::complaint({.url = "http://localhost", .private_allowed = json::texts(list)});
}

std::string check_credentials(const json::value& list) {
    for (const auto& one : list.as_array()) {
        const auto name = text_in(one, "name"), header = text_in(one, "header");
        if (text_in(one, "value").empty() == text_in(one, "value_file").empty())
            return "expected either value or value_file for \"" + name + "\"";
        if (header.empty()) continue;
        if (const auto wrong = core::http::complaint({.url = "http://localhost", .headers = {{header, ""}}});
            !wrong.empty())
            return "\"" + name + "\": " + wrong;
    }
    return check_names_differ(list);
}

std::string check_commands(const json::value& list) {
    return check_names_differ(list);
}

std::string check_path(const json::value& text) {
    return text.as_string().starts_with('/') ? "" : "expected an absolute path: nothing is searched";
}

std::string check_environment(const json::value& pairs) {
    for (const auto& [name, value] : pairs.as_object()) {
        if (!is_name(name)) return "expected names of letters, digits and _";
        if (!value.is_string()) return "expected a text for " + std::string(name) + "; put it in quotes";
    }
    return {};
}

std::string check_arguments(const json::value& list) {
    for (const auto& one : list.as_array()) {
        const std::string_view argument = one.as_string();
        if (placeholder(argument)) continue;
        for (auto open = argument.find('{'); open != std::string_view::npos; open = argument.find('{', open + 1)) {
            const auto close = argument.find('}', open);
            if (close != std::string_view::npos && is_name(argument.substr(open + 1, close - open - 1)))
                return "expected a placeholder to be an argument of its own, got \"" + std::string(argument) + "\"";
        }
    }
    return {};
}

std::string check_exit_codes(const json::value& list) {
    const auto good = [](const json::value& one) {
        return one.is_int64() && one.as_int64() > 0 && one.as_int64() < 256;
    };
    return std::ranges::all_of(list.as_array(), good) ? "" : "expected exit codes from 1 to 255";
}

std::optional<std::string_view> placeholder(std::string_view argument) {
    if (argument.size() < 3 || !argument.starts_with('{') || !argument.ends_with('}')) return std::nullopt;
    const auto name = argument.substr(1, argument.size() - 2);
    return is_name(name) ? std::optional(name) : std::nullopt;
}

std::chrono::milliseconds span_of(const json::value& duration) {
    const double seconds = duration.is_string() ? core::schema::duration_seconds(std::string_view(duration.as_string()))
                                                : duration.to_number<double>();
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::vector<std::string> allowed_private(const queue::Run& run) {
    return json::texts(run.setting("http.allow_private"));
}

std::optional<Credential> find_credential(const queue::Run& run, std::string_view name) {
    const auto found = find_named(run, "http.credentials", name);
    if (!found) return std::nullopt;
    return Credential{text_in(*found, "header"), text_in(*found, "value"), json::texts(found->at("hosts"))};
}

std::optional<Command> find_command(const queue::Run& run, std::string_view name) {
    const auto found = find_named(run, "commands", name);
    if (!found) return std::nullopt;
    Command command{.program = {.path = text_in(*found, "program"),
                                .arguments = json::texts(found->at("arguments")),
                                .folder = text_in(*found, "folder"),
                                .timeout = span_of(found->at("timeout")),
                                .grace = span_of(found->at("grace"))},
                    .retry_exit_codes = {75}};  // EX_TEMPFAIL of sysexits.h
    command.program.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"};
    for (const auto& [key, value] : found->at("environment").as_object())
        command.program.environment.push_back(std::string(key) + "=" + std::string(value.as_string()));
    for (const auto& code : found->at("retry_exit_codes").as_array())
        command.retry_exit_codes.push_back(code.to_number<int>());
    return command;
}

}  // namespace nightshift::workers::integrations
