#include "daemon/configuration.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/config/yaml.h"
#include "core/error/error.h"

extern char** environ;  // NOLINT: POSIX

namespace nightshift::daemon {
namespace {

using core::Code;
using core::Error;
using core::schema::Field;
using core::schema::Type;
namespace json = core::json;

constexpr Field kDatabase[] = {
    {"url",
     Type::text,
     "Where PostgreSQL is.",
     {.max = 2000, .fallback = R"("postgresql://nightshift@127.0.0.1:5432/nightshift")"}},
    {"url_file", Type::text, "A file that holds the url instead.", {.max = 4096}},
    {"migrate_on_start", Type::boolean, "Bring the schema up to date when serving starts.", {.fallback = "true"}},
};
constexpr Field kBroker[] = {
    {"transport",
     Type::choice,
     "rabbitmq, or postgres for a single machine without a broker.",
     {.fallback = R"("rabbitmq")", .choices = "rabbitmq|postgres"}},
    {"url", Type::text, "Where RabbitMQ is.", {.max = 2000, .fallback = R"("amqp://guest:guest@127.0.0.1:5672/%2f")"}},
    {"url_file", Type::text, "A file that holds the url instead.", {.max = 4096}},
};
constexpr Field kApi[] = {
    {"host", Type::text, "The address to listen on.", {.max = 200, .fallback = R"("127.0.0.1")"}},
    {"port", Type::integer, "The port; 0 takes a free one.", {.min = 0, .max = 65535, .fallback = "8000"}},
    {"threads", Type::integer, "How many requests are worked on at once.", {.min = 1, .max = 256, .fallback = "8"}},
    {"max_body", Type::size, "The longest body taken.", {.min = 1024, .max = 1073741824, .fallback = R"("10MiB")"}},
    {"token", Type::text, "What clients must show; without one nobody gets in.", {.max = 500}},
    {"token_file", Type::text, "A file that holds the token instead.", {.max = 4096}},
    {"organization",
     Type::uuid,
     "Whose rows the holder of the token sees.",
     {.fallback = R"("0190d1a0-0000-7000-8000-000000000001")"}},
};
constexpr Field kWorkers[] = {
    {"name", Type::text, "How this process is called in lists.", {.max = 100, .fallback = R"("nightshift")"}},
    {"slots", Type::integer, "How many runs it works on at once.", {.min = 1, .max = 512, .fallback = "8"}},
    {"queues",
     Type::texts,
     "Which queues it serves.",
     {.min = 1,
      .max = 100,
      .fallback = R"(["default","reports","sweeps","reminders","notifications","integrations"])"}},
    {"beat", Type::duration, "How often it renews its lease.", {.min = 0.05, .max = 60, .fallback = R"("10s")"}},
    {"lease",
     Type::duration,
     "After how long without a beat its runs go to others.",
     {.min = 0.5, .max = 600, .fallback = R"("30s")"}},
    {"rescue_every",
     Type::duration,
     "How often lost processes are looked for.",
     {.min = 0.05, .max = 60, .fallback = R"("5s")"}},
    {"rehint",
     Type::duration,
     "After how long an unclaimed run is hinted again.",
     {.min = 0.5, .max = 600, .fallback = R"("10s")"}},
    {"drain_timeout",
     Type::duration,
     "How long runs may take to end when the daemon stops.",
     {.min = 0, .max = 3600, .fallback = R"("30s")"}},
};
constexpr Field kRetention[] = {
    {"runs_days", Type::integer, "How long ended runs are kept.", {.min = 1, .max = 3650, .fallback = "7"}},
    {"dead_days", Type::integer, "How long dead runs and events are kept.", {.min = 1, .max = 3650, .fallback = "90"}},
};
constexpr Field kReports[] = {{"folder",
                               Type::text,
                               "Where report files are kept.",
                               {.max = 4096, .fallback = R"("/var/lib/nightshift/reports")"}}};
constexpr Field kDiagnostics[] = {
    {"enabled", Type::boolean, "Offer the diagnostic kinds, for trying things out.", {.fallback = "false"}}};
constexpr Field kLog[] = {
    {"level",
     Type::choice,
     "The least that is written.",
     {.fallback = R"("info")", .choices = "debug|info|warn|error"}},
    {"format",
     Type::choice,
     "automatic: text on a terminal, JSON elsewhere.",
     {.fallback = R"("automatic")", .choices = "automatic|json|text"}},
};
constexpr Field kSections[] = {
    {"environment",
     Type::choice,
     "What this is: production refuses what only a trial may do.",
     {.fallback = R"("development")", .choices = "development|production"}},
    {"database", Type::object, "PostgreSQL, where everything is kept.", {.fallback = "{}", .fields = kDatabase}},
    {"broker", Type::object, "RabbitMQ, which carries hints.", {.fallback = "{}", .fields = kBroker}},
    {"api", Type::object, "The REST API.", {.fallback = "{}", .fields = kApi}},
    {"workers", Type::object, "Working on runs.", {.fallback = "{}", .fields = kWorkers}},
    {"retention", Type::object, "How long history is kept.", {.fallback = "{}", .fields = kRetention}},
    {"reports", Type::object, "Reports.", {.fallback = "{}", .fields = kReports}},
    {"diagnostics", Type::object, "Kinds for trying things out.", {.fallback = "{}", .fields = kDiagnostics}},
    {"log", Type::object, "The log.", {.fallback = "{}", .fields = kLog}},
};

std::string trimmed_file(const std::string& path, const std::string& where) {
    std::ifstream file(path);
    if (!file) throw Error(Code::configuration, where + ": the file \"" + path + "\" can't be read");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    return text;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// Texts are taken as they stand, whatever YAML would make of them: a token may hold any character.
json::value value_of(std::string_view section, std::string_view key, const std::string& text, const std::string& name) {
    for (const auto& one : kSections)
        for (const auto& field : one.rules.fields)
            if (one.name == section && field.name == key &&
                (field.type == Type::text || field.type == Type::uuid || field.type == Type::choice))
                return json::value(text);
    return core::config::parse_yaml("value: " + text, name).values.at("value");
}

/// NIGHTSHIFT_API__PORT=9000 is api.port. Values are read as YAML scalars.
void apply_environment(core::config::Document& document) {
    constexpr std::string_view kPrefix = "NIGHTSHIFT_";
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view pair = *entry;
        const auto equals = pair.find('=');
        const auto name = pair.substr(0, equals);
        const auto divider = name.find("__");
        if (!name.starts_with(kPrefix) || divider == std::string_view::npos) continue;
        const auto section = lower(name.substr(kPrefix.size(), divider - kPrefix.size())),
                   key = lower(name.substr(divider + 2));
        auto one = value_of(section, key, std::string(pair.substr(equals + 1)), std::string(name));
        auto& target = document.values.emplace(section, json::object{}).first->value();
        if (target.is_object()) target.as_object()[key] = std::move(one);
        document.places[section + "." + key] = "environment " + std::string(name);
    }
}

void read_secret_files(json::object& values, const core::config::Document& document) {
    for (auto& [section, settings] : values) {
        if (!settings.is_object()) continue;
        for (const auto* key : {"url", "token"}) {
            const auto* file = settings.as_object().if_contains(std::string(key) + "_file");
            if (file == nullptr || !file->is_string()) continue;
            const auto path = std::string(section) + "." + key + "_file";
            const auto place = document.places.contains(path) ? document.places.at(path) + ": " + path : path;
            settings.as_object()[key] = trimmed_file(std::string(file->as_string()), place);
        }
    }
}

void validate(core::config::Document& document) {
    const auto problems = core::schema::validate(kSections, document.values);
    if (problems.empty()) return;
    std::string message;
    for (auto problem : problems) {
        const bool secret = problem.path.ends_with(".url") || problem.path.ends_with(".token");
        if (secret && problem.message.starts_with("expected")) problem.message = "expected a text; put it in quotes";
        const auto place = document.places.find(problem.path);
        message += (message.empty() ? "" : "\n") + (place == document.places.end() ? "" : place->second + ": ") +
                   problem.path + ": " + problem.message;
    }
    throw Error(Code::configuration, message);
}

void check_sense(const Configuration& configuration) {
    if (configuration.span("workers.lease") < 2 * configuration.span("workers.beat"))
        throw Error(Code::configuration,
                    "workers.lease: expected at least twice workers.beat, or one late beat costs the lease");
    const auto host = configuration.text("api.host");
    if (host != "127.0.0.1" && host != "::1")
        throw Error(Code::configuration, "api.host: expected 127.0.0.1 or ::1, got \"" + host +
                                             "\"; until there are users, the API listens on loopback only");
}

}  // namespace

std::span<const Field> setting_fields() {
    return kSections;
}

Configuration Configuration::from_text(const std::string& yaml, const std::string& name) {
    auto document = core::config::parse_yaml(yaml, name);
    apply_environment(document);
    // A section whose every key is commented out reads as null and means its defaults.
    for (auto& [key, section] : document.values)
        if (section.is_null()) section = json::object{};
    validate(document);
    read_secret_files(document.values, document);
    Configuration configuration;
    configuration.values_ = std::move(document.values);
    configuration.path_ = name;
    check_sense(configuration);
    return configuration;
}

Configuration Configuration::load(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw Error(Code::configuration, path + ": can't be read; name another with --config");
    return from_text({std::istreambuf_iterator<char>(file), {}}, path);
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
    for (const auto* section : {"database", "broker", "api"})
        for (const auto* key : {"url", "token"})
            if (auto* found = shown.at(section).as_object().if_contains(key)) *found = "(hidden)";
    return shown;
}

std::string configuration_path(const std::string& given) {
    if (!given.empty()) return given;
    if (const char* named = std::getenv("NIGHTSHIFT_CONFIG")) return named;
    return std::filesystem::exists("nightshift.yaml") ? "nightshift.yaml" : "/etc/nightshift/nightshift.yaml";
}

}  // namespace nightshift::daemon
