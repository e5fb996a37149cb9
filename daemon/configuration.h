// Every setting: one table, read from the file, the environment (NIGHTSHIFT_SECTION__KEY) and secret files (key_file).
// config/nightshift.yaml documents each; a test holds the two together.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "core/json/json.h"
#include "core/schema/field.h"

namespace nightshift::daemon {

class Configuration {
public:
    /// Throws Error(configuration) with file:line:column of every problem.
    static Configuration load(const std::string& path);
    static Configuration from_text(const std::string& yaml, const std::string& name);

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
};

/// The sections and their settings.
std::span<const core::schema::Field> setting_fields();

/// --config, else NIGHTSHIFT_CONFIG, else ./nightshift.yaml, else /etc/nightshift/nightshift.yaml.
std::string configuration_path(const std::string& given);

}  // namespace nightshift::daemon
