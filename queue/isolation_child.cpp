// The child's side of isolation: see isolation.h.
#include <fcntl.h>
#include <linux/close_range.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <csignal>

#include <fstream>
#include <iostream>
#include <iterator>
#include <new>
#include <thread>

#include "core/error/error.h"
#include "core/log/log.h"
#include "core/text/utf8.h"
#include "core/time/time.h"
#include "queue/child_process.h"
#include "queue/isolation.h"
#include "queue/kinds.h"

namespace nightshift::queue {
namespace {

template <class... Ts>
struct Overload : Ts... {
    using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;  // clang needs it said

constexpr std::size_t kMostResult = 1UL << 20U;

json::object retry(std::string_view error_class, std::string_view message) {
    return {
        {"outcome", "retry"}, {"class", core::text::storable(error_class)}, {"message", core::text::storable(message)}};
}
json::object permanent(std::string_view error_class, std::string_view message) {
    auto told = retry(error_class, message);
    told["outcome"] = "permanent";
    return told;
}

json::object done(const json::value& result) {
    auto text = json::text(result);
    if (text.size() > kMostResult)
        return permanent("result_too_large",
                         "result: expected at most 1 MiB of JSON, got " + std::to_string(text.size()) + " bytes");
    return {{"outcome", "done"}, {"result", std::move(text)}};
}

json::object told(const Outcome& outcome) {
    return std::visit(Overload{
                          [](const Done& o) { return done(o.result); },
                          [](const Retry& o) { return retry(o.error_class, o.message); },
                          [](const Throttled& o) {
                              return json::object{{"outcome", "throttled"},
                                                  {"after_ms", o.after.count()},
                                                  {"message", core::text::storable(o.message)}};
                          },
                          [](const Permanent& o) { return permanent(o.error_class, o.message); },
                          [](const Snooze& o) {
                              return json::object{{"outcome", "snooze"}, {"after_ms", o.after.count()}};
                          },
                          [](const Again&) {
                              return json::object{{"outcome", "again"}};
                          },
                          [](const Cancelled&) {
                              return json::object{{"outcome", "cancelled"}};
                          },
                      },
                      outcome);
}

/// First of all: dies with its parent, keeps its answer to itself, holds nothing else open, gains no rights.
void fence_in() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::fcntl(kAnswerDescriptor, F_SETFD, FD_CLOEXEC);
    ::close_range(kAnswerDescriptor + 1, ~0U, 0);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::signal(SIGPIPE, SIG_IGN);  // errors that say what happened, instead of signals
    ::signal(SIGXFSZ, SIG_IGN);
    std::ofstream("/proc/self/oom_score_adj") << 500;  // rather we than the daemon
}

/// No more memory than the kind says, beyond what the program itself takes: private memory to the byte (RLIMIT_DATA),
/// and everything else that can be mapped (files, shared memory) with some room for libraries and fonts.
void limit_memory(std::size_t most) {
    constexpr std::size_t kMappings = 128UL << 20U;
    ::mallopt(M_ARENA_MAX, 1);  // more arenas reserve 64 MiB of addresses each
    std::size_t whole = 0, ignored = 0, data = 0;
    std::ifstream("/proc/self/statm") >> whole >> ignored >> ignored >> ignored >> ignored >> data;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const rlimit memory{data * page + most, data * page + most};
    ::setrlimit(RLIMIT_DATA, &memory);
    const rlimit addresses{whole * page + most + kMappings, whole * page + most + kMappings};
    ::setrlimit(RLIMIT_AS, &addresses);
}

Claimed claimed_of(const json::object& request) {
    const auto text = [&](const char* key) { return std::string(request.at(key).as_string()); };
    const auto number = [&](const char* key) { return request.at(key).to_number<int>(); };
    return {.id = text("id"),
            .organization = text("organization"),
            .kind = text("kind"),
            .queue = text("queue"),
            .args = text("args"),
            .trace_parent = text("trace_parent"),
            .incarnation = text("incarnation"),
            .epoch = number("epoch"),
            .attempt = number("attempt"),
            .max_attempts = number("max_attempts"),
            .timeout = std::chrono::milliseconds(request.at("timeout_ms").to_number<std::int64_t>()),
            .started_at = *core::time::parse_rfc3339(text("started_at"))};
}

json::value inside(const json::value& setting, std::string_view path) {
    const auto* at = &setting;
    while (!path.empty()) {
        if (!at->is_object()) return nullptr;
        const auto dot = path.find('.');
        at = at->as_object().if_contains(path.substr(0, dot));
        if (at == nullptr) return nullptr;
        path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
    }
    return *at;
}

/// Of what the kind lists; asking for anything else is a mistake in the kind that must not pass for "not set".
json::value setting_at(const json::object& given, const Kind& kind, std::string_view path) {
    for (const auto& [known, setting] : given) {
        if (path == known) return setting;
        if (path.starts_with(std::string(known) + ".")) return inside(setting, path.substr(known.size() + 1));
    }
    throw core::Error(core::Code::internal, "setting \"" + std::string(path) + "\": the kind " +
                                                std::string(kind.name) +
                                                " runs isolated and does not list it in its settings");
}

json::object finish(Execution& execution, const json::value& result) {
    try {
        std::vector<std::string> woken;
        const bool accepted = execution.finish(result, woken);
        return {{"outcome", accepted ? "finished" : "fenced"}, {"woken", json::array(woken.begin(), woken.end())}};
    } catch (const std::exception& problem) {
        // Whether it was committed or not, the parent's fenced write finds out; if not, it is tried again at no cost.
        core::log::warn("finish.failed", {{"run", execution.id()}, {"error", problem.what()}});
        return {{"outcome", "interrupted"}};
    }
}

json::object work(Execution& execution, const Kind& kind) {
    try {
        auto args = core::json::parse_object(execution.claimed().args);
        core::schema::require(kind.args, args, "args");
        const auto outcome = kind.body(args, execution);
        const auto* success = std::get_if<Done>(&outcome);
        if (success != nullptr && execution.has_transaction()) return finish(execution, success->result);
        execution.roll_back();
        const auto reason = execution.stopped_for();
        if (success == nullptr && (reason == StopReason::drain || reason == StopReason::fenced))
            return {{"outcome", "interrupted"}};
        return told(outcome);
    } catch (const core::Error& problem) {
        const bool bad = problem.code() == core::Code::validation || problem.code() == core::Code::bad_json;
        return bad ? permanent(problem.name(), problem.what()) : retry(problem.name(), problem.what());
    } catch (const std::bad_alloc&) {
        return {{"outcome", "crashed"},
                {"message",
                 "it needed more memory than its limit of " + std::to_string(kind.memory_limit >> 20U) + " MiB"}};
    } catch (const std::exception& problem) {
        return retry("exception", problem.what());
    }
}

/// The parent says why with the signal; somebody else's SIGTERM is no wish to cancel the run.
StopReason reason_of(const siginfo_t& signal) {
    if (signal.si_code != SI_QUEUE) return StopReason::drain;
    for (const auto reason : {StopReason::cancelled, StopReason::timeout, StopReason::fenced})
        if (signal.si_value.sival_int == static_cast<int>(reason)) return reason;
    return StopReason::drain;
}

bool tell(std::string_view line) {
    while (!line.empty()) {
        const auto count = ::write(kAnswerDescriptor, line.data(), line.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        line.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

int isolated_main() {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    fence_in();
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    const auto request = core::json::parse_object(text);
    // Had the parent died before we asked to die with it, nobody would tell us any more.
    if (request.at("parent").to_number<pid_t>() != ::getppid()) return 1;
    const auto& kind = require_kind(std::string_view(request.at("kind").as_string()));
    const auto& given = request.at("settings").as_object();
    limit_memory(kind.memory_limit);
    Context context({.database_url = std::string(request.at("database_url").as_string()),
                     .slots = 1,
                     .setting = [&](std::string_view path) { return setting_at(given, kind, path); }});
    Execution execution(context, claimed_of(request), kind);
    std::jthread signals([&](const std::stop_token& stop) {
        siginfo_t signal{};
        while (!stop.stop_requested())
            if (::sigwaitinfo(&wanted, &signal) == SIGTERM && !stop.stop_requested())
                execution.ask_to_stop(reason_of(signal));
    });
    const auto answer = json::text(work(execution, kind)) + "\n";
    signals.request_stop();
    ::kill(::getpid(), SIGTERM);  // lets it look
    signals.join();
    return tell(answer) ? 0 : 1;
}

}  // namespace nightshift::queue
