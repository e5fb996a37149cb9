#include "daemon/configuration.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "core/config/yaml.h"
#include "core/error/error.h"
#include "core/text/case.h"
#include "domain/deliveries/settings.h"

extern char** environ;  // NOLINT: POSIX

namespace nightshift::daemon {
namespace {

using core::Code;
using core::Error;
using core::schema::Field;
using core::schema::Problems;
using core::schema::Type;
namespace json = core::json;

std::string trimmed_file(const std::string& path, const std::string& where) {
    std::ifstream file(path);
    if (!file) throw Error(Code::configuration, where + ": the file \"" + path + "\" can't be read");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    return text;
}

const Field* setting_of(std::string_view section, std::string_view key) {
    for (const auto& one : setting_fields()) {
        if (section.empty() && one.name == key && one.type != Type::object) return &one;
        if (one.name != section) continue;
        for (const auto& field : one.rules.fields)
            if (field.name == key) return &field;
    }
    return nullptr;
}

/// Texts are taken as they stand, whatever YAML would make of them: a token may hold any character. Lists may be
/// given as a,b,c.
json::value value_of(const Field* field, const std::string& text, const std::string& name) {
    const auto type = field == nullptr ? Type::any : field->type;
    if (type == Type::text || type == Type::uuid || type == Type::choice) return json::value(text);
    if (type != Type::texts || text.starts_with('['))
        return core::config::parse_yaml("value: " + text, name).values.at("value");
    json::array list;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) list.emplace_back(part);
    return list;
}

/// Puts one setting over what the file says. `path` is section.key, or the name of one that stands in no section.
void put(core::config::Document& document, std::string_view path, const std::string& text, const std::string& place) {
    const auto dot = path.find('.');
    const auto section = dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
    const auto key = dot == std::string_view::npos ? path : path.substr(dot + 1);
    auto one = value_of(setting_of(section, key), text, place);
    document.places[std::string(path)] = place;
    if (section.empty()) {
        document.values[key] = std::move(one);
        return;
    }
    auto& target = document.values[section];
    if (target.is_null()) target = json::object{};
    if (target.is_object()) target.as_object()[key] = std::move(one);
}

/// NIGHTSHIFT_API__PORT=9000 is api.port; NIGHTSHIFT_ENVIRONMENT is environment.
void apply_environment(core::config::Document& document) {
    constexpr std::string_view kPrefix = "NIGHTSHIFT_";
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view pair = *entry;
        const auto name = pair.substr(0, pair.find('='));
        if (!name.starts_with(kPrefix) || name.size() == pair.size()) continue;
        auto path = core::text::lower_case(name.substr(kPrefix.size()));
        const auto divider = path.find("__");
        if (divider != std::string::npos)
            path.replace(divider, 2, ".");
        else if (setting_of({}, path) == nullptr)
            continue;  // the commands' own, such as NIGHTSHIFT_URL
        put(document, path, std::string(pair.substr(name.size() + 1)), "environment " + std::string(name));
    }
}

std::string place_of(const core::config::Document& document, const std::string& path) {
    const auto found = document.places.find(path);
    return found == document.places.end() ? std::string{} : found->second + ": ";
}

void complain(const Problems& problems, const core::config::Document& document) {
    if (problems.empty()) return;
    std::string message;
    for (const auto& problem : problems)
        message +=
            (message.empty() ? "" : "\n") + place_of(document, problem.path) + problem.path + ": " + problem.message;
    throw Error(Code::configuration, message);
}

constexpr std::string_view kSecrets[] = {"url", "url_key", "password", "sentry_dsn", "bucket_secret"};

/// A secret and the file that holds it: which one is meant?
Problems both_given(const core::config::Document& document) {
    Problems problems;
    for (const auto& [section, settings] : document.values)
        for (const auto key : kSecrets) {
            const auto file = std::string(key) + "_file";
            if (!settings.is_object() || !settings.as_object().contains(key) || !settings.as_object().contains(file))
                continue;
            const auto path = std::string(section) + "." + file;
            problems.push_back({path, "expected it or " + std::string(section) + "." + std::string(key) +
                                          ", not both; the other stands at " +
                                          place_of(document, std::string(section) + "." + std::string(key)) +
                                          "remove one"});
        }
    return problems;
}

void read_secret_files(core::config::Document& document) {
    for (auto& [section, settings] : document.values) {
        if (!settings.is_object()) continue;
        for (const auto key : kSecrets) {
            const auto* file = settings.as_object().if_contains(std::string(key) + "_file");
            if (file == nullptr || !file->is_string()) continue;
            const auto path = std::string(section) + "." + std::string(key) + "_file";
            settings.as_object()[key] = trimmed_file(std::string(file->as_string()), place_of(document, path) + path);
        }
    }
}

void read_credential_files(core::config::Document& document) {
    auto& credentials = document.values.at("http").at("credentials").as_array();
    for (std::size_t i = 0; i < credentials.size(); ++i) {
        auto& one = credentials[i].as_object();
        const auto* file = one.if_contains("value_file");
        if (file == nullptr) continue;
        const auto path = "http.credentials[" + std::to_string(i) + "].value_file";
        one["value"] = trimmed_file(std::string(file->as_string()), place_of(document, path) + path);
    }
}

/// Where a setting of this name belongs, for one that stands in the wrong section.
std::string where_it_belongs(std::string_view path) {
    const auto name = path.substr(path.rfind('.') + 1);
    for (const auto& section : setting_fields())
        for (const auto& field : section.rules.fields)
            if (field.name == name && section.type == Type::object)
                return "; did you mean \"" + std::string(section.name) + "." + std::string(name) + "\"?";
    return {};
}

void validate(core::config::Document& document) {
    auto problems = both_given(document);
    for (auto& problem : core::schema::validate(setting_fields(), document.values)) {
        const bool secret =
            problem.path.ends_with(".url") || problem.path.ends_with(".password") || problem.path.ends_with("].value");
        if (secret && problem.message.starts_with("expected")) problem.message = "expected a text; put it in quotes";
        constexpr std::string_view kUnknown = "unknown field";
        if (problem.message.starts_with(kUnknown)) {
            problem.message.replace(0, kUnknown.size(), "unknown setting");
            if (problem.path.starts_with("api.token") || problem.path == "api.organization")
                problem.message =
                    "gone: clients show an API key of a person instead; `nightshift api-keys make` makes one";
            else if (!problem.message.ends_with('?'))
                problem.message += where_it_belongs(problem.path);
        }
        problems.push_back(std::move(problem));
    }
    complain(problems, document);
}

/// What production refuses: what only a trial may do.
void check_production(const Configuration& configuration, Problems& problems) {
    if (configuration.text("environment") != "production") return;
    if (configuration.flag("diagnostics.enabled"))
        problems.push_back({"diagnostics.enabled", "expected false: production offers no diagnostic kinds"});
    const auto host = configuration.text("api.host");
    if (host != "127.0.0.1" && host != "::1" && !configuration.flag("api.behind_tls"))
        problems.push_back({"api.host", "expected 127.0.0.1 or ::1, or api.behind_tls: true, got \"" + host +
                                            "\": passwords and keys don't travel in the clear"});
}

/// What the fields can't say one by one.
Problems sense(const Configuration& configuration, const core::config::Document& document) {
    Problems problems;
    if (configuration.span("workers.lease") < 2 * configuration.span("workers.beat"))
        problems.push_back(
            {document.places.contains("workers.lease") ? "workers.lease" : "workers.beat",
             "expected workers.lease to be at least twice workers.beat, or one late beat costs the lease"});
    const auto mail = domain::deliveries::settings_from([&](std::string_view path) { return configuration.at(path); });
    std::ranges::copy(domain::deliveries::mail_problems(mail), std::back_inserter(problems));
    check_production(configuration, problems);
    return problems;
}

/// The paths of the settings that are not the same in both, as section.key.
void collect_changes(const json::object& left, const json::object& right, const std::string& prefix,
                     std::vector<std::string>& paths) {
    for (const auto& [key, value] : left) {
        const auto* other = right.if_contains(key);
        if (other != nullptr && *other == value) continue;
        if (other != nullptr && prefix.empty() && value.is_object() && other->is_object())
            collect_changes(value.as_object(), other->as_object(), std::string(key) + ".", paths);
        else
            paths.push_back(prefix + std::string(key));
    }
    for (const auto& [key, value] : right)
        if (!left.contains(key)) paths.push_back(prefix + std::string(key));
}

}  // namespace

Configuration Configuration::from_text(const std::string& yaml, const std::string& name, Overrides overrides) {
    auto document = core::config::parse_yaml(yaml, name);
    apply_environment(document);
    for (const auto& one : overrides) put(document, one.path, one.text, one.place);
    // A section whose every key is commented out reads as null and means its defaults.
    for (const auto& section : setting_fields())
        if (const auto* found = document.values.if_contains(section.name); found != nullptr && found->is_null())
            document.values.erase(section.name);
    validate(document);
    read_secret_files(document);
    read_credential_files(document);
    Configuration configuration;
    configuration.values_ = std::move(document.values);
    configuration.path_ = name;
    configuration.overrides_ = std::move(overrides);
    complain(sense(configuration, document), document);
    return configuration;
}

Configuration Configuration::load(const std::string& path, Overrides overrides) {
    std::ifstream file(path);
    if (!file) throw Error(Code::configuration, path + ": can't be read; name another with --config");
    return from_text({std::istreambuf_iterator<char>(file), {}}, path, std::move(overrides));
}

std::vector<std::string> Configuration::needs_restart(const Configuration& fresh) const {
    std::vector<std::string> paths;
    collect_changes(values_, fresh.values_, "", paths);
    std::erase_if(paths, [](const std::string& path) { return path.starts_with("log."); });
    return paths;
}

json::value Configuration::at(std::string_view path) const {
    const json::object* object = &values_;
    if (path.empty()) return *object;
    for (;;) {
        const auto dot = path.find('.');
        const auto* found = object->if_contains(path.substr(0, dot));
        if (found == nullptr) return nullptr;
        if (dot == std::string_view::npos) return *found;
        if (!found->is_object()) return nullptr;
        object = &found->as_object();
        path = path.substr(dot + 1);
    }
}

std::string Configuration::text(std::string_view path) const {
    const auto found = at(path);
    return found.is_string() ? std::string(found.as_string()) : std::string{};
}

std::int64_t Configuration::number(std::string_view path) const {
    const auto found = at(path);
    if (found.is_string())
        return static_cast<std::int64_t>(core::schema::size_bytes(std::string_view(found.as_string())));
    return found.to_number<std::int64_t>();
}

bool Configuration::flag(std::string_view path) const {
    return at(path).as_bool();
}

std::chrono::milliseconds Configuration::span(std::string_view path) const {
    const auto found = at(path);
    const double seconds = found.is_string() ? core::schema::duration_seconds(std::string_view(found.as_string()))
                                             : found.to_number<double>();
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

json::object Configuration::shown() const {
    auto shown = values_;
    for (auto& [section, settings] : shown)
        for (const auto key : kSecrets)
            if (auto* found = settings.is_object() ? settings.as_object().if_contains(key) : nullptr)
                *found = "(hidden)";
    for (auto& one : shown.at("http").at("credentials").as_array()) one.as_object()["value"] = "(hidden)";
    for (auto& one : shown.at("commands").as_array())
        for (auto& [name, value] : one.at("environment").as_object()) value = "(hidden)";
    return shown;
}

std::string configuration_path(const std::string& given) {
    if (!given.empty()) return given;
    if (const char* named = std::getenv("NIGHTSHIFT_CONFIG")) return named;
    return std::filesystem::exists("nightshift.yaml") ? "nightshift.yaml" : "/etc/nightshift/nightshift.yaml";
}

}  // namespace nightshift::daemon
