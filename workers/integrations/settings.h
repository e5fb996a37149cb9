// What the configuration says to the kinds of this family: one table each, read at start-up and by the kinds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/process/process.h"
#include "core/schema/field.h"
#include "queue/kind.h"

namespace nightshift::workers::integrations {

std::string check_networks(const core::json::value& list);
std::string check_credentials(const core::json::value& list);
std::string check_commands(const core::json::value& list);
std::string check_path(const core::json::value& text);
std::string check_environment(const core::json::value& pairs);
std::string check_arguments(const core::json::value& list);
std::string check_exit_codes(const core::json::value& list);

inline constexpr core::schema::Field credential_fields[] = {
    {"name", core::schema::Type::text, "What runs call it.", {.min = 1, .max = 100, .required = true}},
    {"header",
     core::schema::Type::text,
     "The header that carries it.",
     {.min = 1, .max = 100, .fallback = R"("Authorization")"}},
    {"value", core::schema::Type::text, "The header's value: the secret.", {.min = 1, .max = 8000}},
    {"value_file", core::schema::Type::text, "A file that holds the value instead.", {.max = 4096}},
    {"hosts", core::schema::Type::texts, "The only hosts it is sent to.", {.min = 1, .max = 100, .required = true}},
};

inline constexpr core::schema::Field http_fields[] = {
    {"allow_private",
     core::schema::Type::texts,
     "Hosts, addresses and networks that may be called though they are not public.",
     {.max = 1000, .fallback = "[]", .check = check_networks}},
    {"credentials",
     core::schema::Type::array,
     "Secrets that runs may have sent along, by name.",
     {.max = 1000, .fallback = "[]", .fields = credential_fields, .check = check_credentials}},
};

inline constexpr core::schema::Field command_fields[] = {
    {"name", core::schema::Type::text, "What runs call it.", {.min = 1, .max = 100, .required = true}},
    {"program",
     core::schema::Type::text,
     "What is started: a path, no shell.",
     {.max = 4096, .required = true, .check = check_path}},
    {"arguments",
     core::schema::Type::texts,
     "Handed over as they stand; one that is {name} is filled by the run's values.",
     {.max = 1000, .fallback = "[]", .check = check_arguments}},
    {"environment",
     core::schema::Type::object,
     "All it gets beside PATH, LANG and the run's id.",
     {.fallback = "{}", .check = check_environment}},
    {"folder",
     core::schema::Type::text,
     "Where it is started.",
     {.max = 4096, .fallback = R"("/")", .check = check_path}},
    {"timeout",
     core::schema::Type::duration,
     "How long it may take.",
     {.min = 0.1, .max = 86400, .fallback = R"("5m")"}},
    {"grace",
     core::schema::Type::duration,
     "Between asking it to stop (SIGTERM) and ending it (SIGKILL); a worker that stops waits 5s for it.",
     {.min = 0, .max = 9, .fallback = R"("4s")"}},
    {"retry_exit_codes",
     core::schema::Type::array,
     "Exit codes after which another try may help; 75 always is one.",
     {.max = 255, .fallback = "[]", .check = check_exit_codes}},
};

/// A secret and where it may go.
struct Credential {
    std::string header, value;
    std::vector<std::string> hosts;
};

/// A program as the configuration has it, its placeholders not yet filled.
struct Command {
    core::process::Program program;
    std::vector<int> retry_exit_codes;
};

/// Nothing when the configuration has none of that name.
std::optional<Credential> find_credential(const queue::Run& run, std::string_view name);
std::optional<Command> find_command(const queue::Run& run, std::string_view name);
std::vector<std::string> allowed_private(const queue::Run& run);

/// The name in an argument that is a placeholder, as a whole: "{file}" -> "file".
std::optional<std::string_view> placeholder(std::string_view argument);

std::chrono::milliseconds span_of(const core::json::value& duration);

}  // namespace nightshift::workers::integrations
