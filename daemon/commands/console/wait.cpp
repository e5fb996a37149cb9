#include "daemon/commands/console/wait.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <thread>

#include "core/error/error.h"
#include "daemon/commands/console/show.h"
#include "daemon/commands/console/table.h"

namespace nightshift::daemon::console {
namespace {

using core::Code;
using core::Error;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kCells = 24;
constexpr auto kAway = 30s;  ///< how long an API that can't be reached is waited for

std::string cells(double share) {
    const auto full = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(kCells)));
    std::string out;
    for (std::size_t i = 0; i < kCells; ++i) out += i < full ? "█" : "░";
    return out;
}

double share_of(const core::json::value& run) {
    const auto& progress = run.as_object().at("progress");
    return progress.is_object() ? number(progress, "share") : 0;
}

std::string note_of(const core::json::value& run) {
    const auto& progress = run.as_object().at("progress");
    const auto note = progress.is_object() ? text(progress, "note") : std::string{};
    return note.empty() ? text(run, "state") : note;
}

}  // namespace

Bar::Bar(std::string label) : label_(std::move(label)), width_(terminal_width(STDERR_FILENO)) {}

Bar::~Bar() {
    if (width_ != 0) std::cerr << "\r\033[K" << std::flush;
}

void Bar::show(double share, const std::string& note) {
    if (width_ == 0) return;
    const auto line =
        label_ + " " + cells(share) + " " + std::to_string(std::lround(share * 100)) + " %  " + printable(note);
    std::cerr << "\r\033[K" << cut(line, width_ - 1) << std::flush;
}

bool has_ended(std::string_view state) {
    return state == "succeeded" || state == "dead" || state == "cancelled" || state == "expired" || state == "skipped";
}

core::json::value wait_for_run(const Api& api, const std::string& id, std::chrono::milliseconds limit) {
    const auto began = steady_clock::now();
    auto heard = began;
    Bar bar("run " + id.substr(0, 8));
    for (auto pause = 50ms;; pause = std::min(pause * 3 / 2, 1000ms)) {
        try {
            auto run = api.get("/api/v1/runs/" + id);
            heard = steady_clock::now();
            if (has_ended(text(run, "state"))) return run;
            bar.show(share_of(run), note_of(run));
        } catch (const Error& problem) {
            if (!problem.again() || steady_clock::now() - heard > kAway) throw;
            bar.show(0, "the daemon can't be reached; still trying");
        }
        if (limit > 0ms && steady_clock::now() - began > limit)
            throw Error(Code::timeout, "run " + id + " has not ended in time; it goes on: nightshift runs show " + id);
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace nightshift::daemon::console
