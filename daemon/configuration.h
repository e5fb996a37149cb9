// Every setting: one table, read from the file, the environment (NIGHTSHIFT_SECTION__KEY) and secret files (key_file).
// config/nightshift.yaml documents each; a test holds the two together.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/schema/field.h"

namespace nightshift::daemon {

/// A setting given on the command line: stands over the file and the environment.
struct Override {
    std::string path, text, place;  ///< "workers.slots", "16", "--slots"
};
using Overrides = std::vector<Override>;

class Configuration {
public:
    /// Throws Error(configuration) with file:line:column of every problem.
    static Configuration load(const std::string& path, Overrides overrides = {});
    static Configuration from_text(const std::string& yaml, const std::string& name, Overrides overrides = {});
    /// The same file, environment and command line, read now.
    Configuration again() const { return load(path_, overrides_); }
    /// The settings of `fresh` that only a restart brings into force: all that differ but the log's.
    std::vector<std::string> needs_restart(const Configuration& fresh) const;

    /// A setting by its dotted path; "" is everything. Null when there is none.
    core::json::value at(std::string_view path) const;
    std::string text(std::string_view path) const;
    std::int64_t number(std::string_view path) const;
    bool flag(std::string_view path) const;
    std::chrono::milliseconds span(std::string_view path) const;
    const std::string& path() const { return path_; }
    /// With secrets masked.
    core::json::object shown() const;

private:
    core::json::object values_;
    std::string path_;
    Overrides overrides_;
};

/// The sections and their settings.
std::span<const core::schema::Field> setting_fields();
/// docs/reference/configuration.md: the same table for people.
std::string setting_reference();

/// --config, else NIGHTSHIFT_CONFIG, else ./nightshift.yaml, else /etc/nightshift/nightshift.yaml.
std::string configuration_path(const std::string& given);

}  // namespace nightshift::daemon
