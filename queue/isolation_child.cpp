// The child's side of isolation: see isolation.h.
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <csignal>

#include <iostream>
#include <iterator>
#include <thread>

#include "core/error/error.h"
#include "core/time/time.h"
#include "queue/isolation.h"
#include "queue/kinds.h"

namespace nightshift::queue {
namespace {

template <class... Ts>
struct Overload : Ts... {
    using Ts::operator()...;
};

json::object told(const Outcome& outcome) {
    return std::visit(
        Overload{
            [](const Done& o) {
                return json::object{{"outcome", "done"}, {"result", o.result}};
            },
            [](const Retry& o) {
                return json::object{{"outcome", "retry"}, {"class", o.error_class}, {"message", o.message}};
            },
            [](const Throttled& o) {
                return json::object{{"outcome", "throttled"}, {"after_ms", o.after.count()}, {"message", o.message}};
            },
            [](const Permanent& o) {
                return json::object{{"outcome", "permanent"}, {"class", o.error_class}, {"message", o.message}};
            },
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

/// No new privileges, no core, dies with its parent, holds nothing open but its four descriptors, and no more memory
/// than the kind says.
void fence_in(const Kind& kind) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    const rlimit memory{kind.memory_limit, kind.memory_limit};
    ::setrlimit(RLIMIT_DATA, &memory);
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

json::value setting_at(const json::value& settings, std::string_view path) {
    const auto* at = &settings;
    while (!path.empty() && at->is_object()) {
        const auto dot = path.find('.');
        at = at->as_object().if_contains(path.substr(0, dot));
        if (at == nullptr) return nullptr;
        path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
    }
    return *at;
}

json::object work(Execution& execution, const Kind& kind) {
    try {
        auto args = core::json::parse_object(execution.claimed().args);
        core::schema::require(kind.args, args, "args");
        const auto outcome = kind.body(args, execution);
        const auto* done = std::get_if<Done>(&outcome);
        if (done == nullptr || !execution.has_transaction()) {
            execution.roll_back();
            return told(outcome);
        }
        std::vector<std::string> woken;
        execution.finish(done->result, woken);
        return {{"outcome", "finished"}};
    } catch (const core::Error& problem) {
        const bool bad = problem.code() == core::Code::validation || problem.code() == core::Code::bad_json;
        return {{"outcome", bad ? "permanent" : "retry"}, {"class", problem.name()}, {"message", problem.what()}};
    } catch (const std::exception& problem) {
        return {{"outcome", "retry"}, {"class", "exception"}, {"message", problem.what()}};
    }
}

}  // namespace

int isolated_main() {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    ::close_range(4, ~0U, 0);
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    const auto request = core::json::parse(text).as_object();
    const auto& kind = require_kind(std::string_view(request.at("kind").as_string()));
    fence_in(kind);
    Context context(
        {.database_url = std::string(request.at("database_url").as_string()),
         .slots = 1,
         .setting = [&request](std::string_view path) { return setting_at(request.at("settings"), path); }});
    Execution execution(context, claimed_of(request), kind);
    std::jthread signals([&](const std::stop_token& stop) {
        const timespec look{0, 50'000'000};
        while (!stop.stop_requested())
            if (::sigtimedwait(&wanted, nullptr, &look) == SIGTERM) execution.ask_to_stop(StopReason::cancelled);
    });
    const auto answer = json::text(work(execution, kind));
    signals.request_stop();
    return ::write(3, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()) ? 0 : 1;
}

}  // namespace nightshift::queue
