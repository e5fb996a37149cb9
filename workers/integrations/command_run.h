// command.run: Starts a program that the configuration lists by name, and nothing else. No shell: values fill whole
// arguments only. Exit code 0: done, with the last 64 KiB of both outputs as the result. 75 (EX_TEMPFAIL), a listed
// code, a signal, its time limit: another try. Any other: dead. It finds the run's id in NIGHTSHIFT_RUN_ID: the same
// on each try.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::integrations::command_run {

std::string check_values(const core::json::value& values);

inline constexpr core::schema::Field fields[] = {
    {"command",
     core::schema::Type::text,
     "Which of the configuration's commands.",
     {.min = 1, .max = 100, .required = true}},
    {"values",
     core::schema::Type::object,
     "A text for each {placeholder} of its arguments.",
     {.fallback = "{}", .check = check_values}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "command.run",
                                  .doc = "Starts a program that the configuration lists.",
                                  .queue = "integrations",
                                  .timeout = std::chrono::hours(24),
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::integrations::command_run
