// Starts a program and waits for it: no shell, an environment of its own, nothing of ours left open, a session of its
// own that is ended with it. Whatever happens, the program is reaped before run() returns.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace nightshift::core::process {

struct Program {
    std::string path;  ///< absolute: nothing is searched
    std::vector<std::string> arguments = {};
    std::vector<std::string> environment = {};  ///< "NAME=value"; all it gets
    std::string folder = "/";
    std::chrono::milliseconds timeout{300000};
    std::chrono::milliseconds grace{4000};  ///< between SIGTERM and SIGKILL
    std::size_t keep_bytes = 64UL << 10U;   ///< of the end of each output
};

enum class Stopped : unsigned char { no, asked, timeout };

struct Ended {
    int exit_code = -1;  ///< -1: by a signal
    int signal = 0;
    Stopped stopped = Stopped::no;  ///< did we end it?
    std::string out, err;           ///< the last bytes of each
    std::uint64_t out_bytes = 0, err_bytes = 0;
};

/// Throws Error(configuration) when the program can't be started, Error(unavailable) when the system has no room.
Ended run(const Program& program, const std::stop_token& stop);

}  // namespace nightshift::core::process
