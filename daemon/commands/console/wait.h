// Waiting for a run's end, with a bar on standard error where that is a terminal.
#pragma once

#include <chrono>
#include <string>

#include "daemon/commands/console/api.h"

namespace nightshift::daemon::console {

/// One line that draws over itself; silent unless standard error is a terminal.
class Bar {
public:
    explicit Bar(std::string label);
    ~Bar();
    Bar(const Bar&) = delete;
    Bar& operator=(const Bar&) = delete;
    void show(double share, const std::string& note);

private:
    std::string label_;
    std::size_t width_;
};

bool has_ended(std::string_view state);

/// Asks until the run has ended and returns it. Error(timeout) when it has not in time; 0: no limit.
/// A daemon that is away for a moment is waited for.
core::json::value wait_for_run(const Api& api, const std::string& id, std::chrono::milliseconds limit);

}  // namespace nightshift::daemon::console
