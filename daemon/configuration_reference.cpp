// The settings' table as a page: docs/reference/configuration.md. `nightshift check --reference` prints it.
#include <algorithm>
#include <sstream>

#include "daemon/configuration.h"

namespace nightshift::daemon {
namespace {

using core::schema::Field;
using core::schema::Type;

constexpr std::string_view kHead = R"(# Configuration

Made from the program's own table by `nightshift check --reference`; a test compares.

The file is given by `--config`, else `NIGHTSHIFT_CONFIG`, else `./nightshift.yaml`, else `/etc/nightshift/nightshift.yaml`;
[config/nightshift.yaml](../../config/nightshift.yaml) shows every setting with its default. `nightshift check` names every
problem at its line and column and exits with 78; `nightshift check --print` shows what is in force, secrets hidden.

- What stands later wins: the file, the environment, the command line (`nightshift worker --queues a,b --name n --slots n`).
- From the environment, `NIGHTSHIFT_API__PORT=9000` is `api.port` and `NIGHTSHIFT_ENVIRONMENT` is `environment`. Lists may be
  written `a,b`. A variable that names no setting is refused like a key that does.
- Secrets may stand in a file of their own: `url_file` instead of `url`; never both.
- The file is one YAML document without anchors, aliases and tags; a key stands once.
- SIGHUP reads everything again. The log's settings change at once; each other one that differs is named in the log as
  `configuration.needs_restart`, at every reload until the restart. A wrong file changes nothing.
- Durations: `250ms`, `90s`, `1h30m`, `2d`, `1w`, or a number of seconds. Sizes: `512`, `64KiB`, `10MiB`, `1GB`; whole bytes.
- `environment: production` refuses `diagnostics.enabled`, the demo's seeds, and an address that others reach without
  `api.behind_tls`.
)";

std::string_view type_text(Type type) {
    switch (type) {
        case Type::integer:
            return "whole number";
        case Type::number:
            return "number";
        case Type::boolean:
            return "true or false";
        case Type::uuid:
            return "uuid";
        case Type::duration:
            return "duration";
        case Type::size:
            return "size";
        case Type::texts:
            return "list of texts";
        case Type::object:
            return "keys with values";
        case Type::array:
            return "list";
        default:
            return "text";
    }
}

std::string number_text(double number) {
    std::ostringstream out;
    out.precision(12);
    out << number;
    return out.str();
}

std::string values_of(const Field& field) {
    if (!field.rules.choices.empty()) {
        std::string list = "`" + std::string(field.rules.choices) + "`";
        for (std::size_t at = 0; (at = list.find('|', at)) != std::string::npos; at += 4) list.replace(at, 1, "`, `");
        return list;
    }
    auto out = std::string(type_text(field.type));
    const auto& rules = field.rules;
    const bool counted = field.type == Type::integer || field.type == Type::number || field.type == Type::duration ||
                         field.type == Type::size;
    const auto unit = field.type == Type::duration ? "s" : field.type == Type::size ? " bytes" : "";
    if (counted && rules.min > std::numeric_limits<double>::lowest())
        out += ", " + number_text(rules.min) + " to " + number_text(rules.max) + unit;
    return out;
}

std::string default_of(const Field& field) {
    if (field.rules.fallback.empty()) return "";
    const auto fallback = core::json::parse(field.rules.fallback);
    if (fallback.is_string()) return "`" + std::string(fallback.as_string()) + "`";
    return "`" + core::json::text(fallback) + "`";
}

void row(std::ostream& out, const std::string& path, const Field& field) {
    out << "| `" << path << "` | " << values_of(field) << " | " << default_of(field) << " | " << field.doc << " |\n";
}

/// A section's settings; the entries of a list stand below it as list[].name.
void rows(std::ostream& out, const Field& section, const std::string& path) {
    const auto prefix = path + (section.type == Type::array ? "[]." : ".");
    for (const auto& field : section.rules.fields) {
        row(out, prefix + std::string(field.name), field);
        rows(out, field, prefix + std::string(field.name));
    }
}

constexpr std::string_view kColumns = "| setting | value | default | |\n|---|---|---|---|\n";

}  // namespace

std::string setting_reference() {
    std::ostringstream out;
    out << kHead << "\n## General\n\n" << kColumns;
    for (const auto& field : setting_fields())
        if (field.rules.fields.empty()) row(out, std::string(field.name), field);
    for (const auto& section : setting_fields()) {
        if (section.rules.fields.empty()) continue;
        out << "\n## " << section.name << "\n\n" << section.doc << "\n\n" << kColumns;
        rows(out, section, std::string(section.name));
    }
    return out.str();
}

}  // namespace nightshift::daemon
