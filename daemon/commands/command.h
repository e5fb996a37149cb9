// A command is a folder-mate: a header here that declares `void add(CLI::App& app, Action& action);` in a namespace of
// its own name. `add` describes the subcommand and, when it is chosen, puts what to do into `action`; its value is the
// exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace nightshift::daemon {

using Action = std::function<int()>;

// Exit codes, after sysexits(3) where it has one.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;  ///< what was asked for ended badly (a run died, a check found something)
inline constexpr int kExitUsage = 64;
inline constexpr int kExitUnavailable = 69;  ///< the daemon, the database or the broker can't be reached
inline constexpr int kExitConfiguration = 78;

}  // namespace nightshift::daemon
