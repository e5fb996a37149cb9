#include "queue/isolation.h"

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/error/error.h"
#include "core/log/log.h"
#include "core/text/utf8.h"
#include "core/time/time.h"
#include "queue/child_process.h"

extern char** environ;  // NOLINT: POSIX

namespace nightshift::queue {
namespace {

using namespace std::chrono_literals;

/// What a child is told of our environment: how to find files, speak, tell the time and reach the database.
constexpr std::string_view kVariables[] = {
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TZDIR",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "ASAN_OPTIONS",
    "LSAN_OPTIONS",
    "TSAN_OPTIONS",
    "UBSAN_OPTIONS",
#ifdef NIGHTSHIFT_FAIL_POINTS
    "NIGHTSHIFT_FAIL_POINT",
#endif
};
constexpr std::string_view kFamilies[] = {"LC_", "PG", "XDG_", "FONTCONFIG_", "SSL_CERT_"};

std::vector<std::string> environment() {
    std::vector<std::string> passed;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view pair = *entry, name = pair.substr(0, pair.find('='));
        const auto begins = [&](std::string_view family) { return name.starts_with(family); };
        if (std::ranges::find(kVariables, name) != std::end(kVariables) || std::ranges::any_of(kFamilies, begins))
            passed.emplace_back(pair);
    }
    return passed;
}

std::string request_of(const Execution& execution, const EngineSettings& settings) {
    const auto& run = execution.claimed();
    json::object needed;
    for (const auto path : execution.kind().settings)
        needed[path] = settings.setting ? settings.setting(path) : json::value(nullptr);
    return json::text(json::object{{"id", run.id},
                                   {"organization", run.organization},
                                   {"kind", run.kind},
                                   {"queue", run.queue},
                                   {"args", run.args},
                                   {"trace_parent", run.trace_parent},
                                   {"incarnation", run.incarnation},
                                   {"epoch", run.epoch},
                                   {"attempt", run.attempt},
                                   {"max_attempts", run.max_attempts},
                                   {"timeout_ms", run.timeout.count()},
                                   {"started_at", core::time::rfc3339(run.started_at)},
                                   {"parent", ::getpid()},
                                   {"database_url", settings.database_url},
                                   {"settings", std::move(needed)}});
}

std::string how_it_ended(const ChildStory& story) {
    if (story.killed) return "its process closed its answer and did not end; it was killed";
    if (WIFSIGNALED(story.status)) {
        const int number = WTERMSIG(story.status);
        const auto by = "signal " + std::to_string(number) + " (" + ::strsignal(number) + ")";
        return "its process was ended by " + by +
               (number == SIGKILL ? "; nobody here sent it: perhaps the machine ran out of memory" : "");
    }
    return "its process ended with exit code " + std::to_string(WEXITSTATUS(story.status)) + " and no answer";
}

Crashed crashed(std::string message, const ChildStory& story) {
    return {std::move(message), core::text::storable(story.evidence) + "\n(" + std::to_string(story.spent.count()) +
                                    " ms of processor time)"};
}

/// Nothing when it is no answer that we understand.
std::optional<ChildEnding> parse_answer(const json::object& answer, const ChildStory& story) {
    const std::string_view outcome = answer.at("outcome").as_string();
    const auto said = [&](const char* key) { return std::string(answer.at(key).as_string()); };
    const auto after = [&] { return std::chrono::milliseconds(answer.at("after_ms").to_number<std::int64_t>()); };
    if (outcome == "finished" || outcome == "fenced") {
        FinishedInChild finished{.accepted = outcome == "finished", .woken = {}};
        for (const auto& queue : answer.at("woken").as_array()) finished.woken.emplace_back(queue.as_string());
        return finished;
    }
    if (outcome == "done") return Ending{Outcome{Done{core::json::parse(said("result"))}}};
    if (outcome == "retry") return Ending{Outcome{Retry{said("class"), said("message")}}};
    if (outcome == "permanent") return Ending{Outcome{Permanent{said("class"), said("message")}}};
    if (outcome == "throttled") return Ending{Outcome{Throttled{after(), said("message")}}};
    if (outcome == "snooze") return Ending{Outcome{Snooze{after()}}};
    if (outcome == "again") return Ending{Outcome{Again{}}};
    if (outcome == "cancelled") return Ending{Outcome{Cancelled{}}};
    if (outcome == "interrupted") return Ending{Interrupted{}};
    if (outcome == "crashed") return Ending{crashed(said("message"), story)};
    return std::nullopt;
}

ChildEnding read_answer(const ChildStory& story) {
    std::string why = story.answer_too_long ? "it is too long" : "it has no end";
    if (!story.answer_too_long && story.answer.ends_with('\n')) {
        try {
            if (auto ending = parse_answer(core::json::parse_object(story.answer), story)) return std::move(*ending);
            why = "its outcome is unknown";
        } catch (const std::exception& problem) {
            why = problem.what();
        }
    }
    constexpr std::size_t kShown = 100;
    return Ending{
        crashed("its answer was damaged: " + why + ": " + core::text::storable(story.answer.substr(0, kShown)), story)};
}

/// It said nothing: was that because we stopped it?
ChildEnding without_answer(StopReason reason, const ChildStory& story) {
    switch (reason) {
        case StopReason::cancelled:
            return Ending{Outcome{Cancelled{}}};
        case StopReason::timeout:
            return Ending{TimedOut{"took longer than its time limit and was ended"}};
        case StopReason::drain:
        case StopReason::fenced:
            return Ending{Interrupted{}};
        case StopReason::none:
            break;
    }
    return Ending{crashed(how_it_ended(story), story)};
}

}  // namespace

ChildEnding run_in_child(Execution& execution, const EngineSettings& settings, std::chrono::milliseconds grace) {
    ChildStory story;
    try {
        story = run_child({.program = settings.program,
                           .arguments = {"run-isolated"},
                           .environment = environment(),
                           .request = request_of(execution, settings),
                           .stop = execution.stop(),
                           .stop_reason = [&] { return static_cast<int>(execution.stopped_for()); },
                           .grace = grace});
    } catch (const core::Error& problem) {  // no fault of the run's
        core::log::error("child.not_started", {{"run", execution.id()}, {"error", problem.what()}});
        return Ending{Outcome{Throttled{5s, problem.what()}}};
    }
    if (story.answer.empty() && !story.answer_too_long) return without_answer(execution.stopped_for(), story);
    return read_answer(story);
}

}  // namespace nightshift::queue
