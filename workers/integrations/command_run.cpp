#include "workers/integrations/command_run.h"

#include <algorithm>
#include <set>

#include "core/error/error.h"
#include "workers/integrations/settings.h"
#include "workers/integrations/text.h"

namespace nightshift::workers::integrations::command_run {
namespace {

namespace json = core::json;
using core::process::Ended;
using core::process::Stopped;

constexpr std::size_t kMostOutput = 64UL << 10U, kMostShown = 1000, kLongestValue = 4096;

/// Values in place of placeholders; or what is wrong with them.
std::string fill(std::vector<std::string>& arguments, const json::object& values) {
    std::set<std::string, std::less<>> used;
    bool options_ended = false;
    for (auto& argument : arguments) {
        options_ended = options_ended || argument == "--";
        const auto name = placeholder(argument);
        if (!name) continue;
        const auto* value = values.if_contains(*name);
        if (value == nullptr) return "args.values." + std::string(*name) + ": required by the command";
        used.insert(std::string(*name));
        // What would be read as an option is none of the run's business.
        if (value->as_string().starts_with('-') && !options_ended)
            return "args.values." + std::string(*name) +
                   ": expected no dash in front, unless the arguments have -- before";
        argument = std::string(value->as_string());
    }
    for (const auto& [name, value] : values)
        if (!used.contains(name)) return "args.values." + std::string(name) + ": no such placeholder in the command";
    return {};
}

json::object result_of(const Ended& ended) {
    return {{"exit_code", ended.exit_code},
            {"stdout", last_of(as_text(ended.out), kMostOutput)},
            {"stderr", last_of(as_text(ended.err), kMostOutput)},
            {"stdout_bytes", ended.out_bytes},
            {"stderr_bytes", ended.err_bytes}};
}

/// Quotes hold what varies, so that failures of one sort fall into one group.
std::string told(const std::string& name, const std::string& how, const Ended& ended) {
    auto shown = as_text(ended.err.empty() ? ended.out : ended.err);
    std::ranges::replace(shown, '"', '\'');
    while (shown.ends_with('\n')) shown.pop_back();
    return name + ": " + how + (shown.empty() ? "" : ": \"" + std::string(last_of(shown, kMostShown)) + "\"");
}

queue::Outcome judge(const std::string& name, const Command& command, const Ended& ended) {
    if (ended.stopped == Stopped::asked) return queue::Cancelled{};
    if (ended.stopped == Stopped::timeout)
        return queue::Retry{"command_timeout", told(name, "took longer than its time limit", ended)};
    if (ended.signal != 0)
        return queue::Retry{"command_signal", told(name, "ended by signal " + std::to_string(ended.signal), ended)};
    if (ended.exit_code == 0) return queue::Done{result_of(ended)};
    const auto error_class = "exit_" + std::to_string(ended.exit_code);
    const auto message = told(name, "ended with exit code " + std::to_string(ended.exit_code), ended);
    if (std::ranges::find(command.retry_exit_codes, ended.exit_code) != command.retry_exit_codes.end())
        return queue::Retry{error_class, message};
    return queue::Permanent{error_class, message};
}

}  // namespace

std::string check_values(const json::value& values) {
    for (const auto& [name, value] : values.as_object()) {
        if (!value.is_string()) return "expected a text for " + std::string(name);
        if (value.as_string().size() > kLongestValue) return "expected at most 4096 bytes for " + std::string(name);
        if (value.as_string().find('\0') != std::string_view::npos) return "expected texts without NUL characters";
    }
    return {};
}

queue::Outcome work(const json::object& args, queue::Run& run) {
    const std::string name(args.at("command").as_string());
    auto command = find_command(run, name);
    if (!command)
        return queue::Permanent{"unknown_command",
                                "args.command: expected one that the configuration lists, got \"" + name + "\""};
    auto& program = command->program;
    if (const auto wrong = fill(program.arguments, args.at("values").as_object()); !wrong.empty())
        return queue::Permanent{"bad_arguments", wrong};
    program.environment.push_back("NIGHTSHIFT_RUN_ID=" + run.id());
    program.environment.push_back("NIGHTSHIFT_ATTEMPT=" + std::to_string(run.attempt()));
    try {
        return judge(name, *command, core::process::run(program, run.stop()));
    } catch (const core::Error& problem) {
        if (problem.again()) throw;
        return queue::Permanent{"command_not_started", problem.what()};
    }
}

}  // namespace nightshift::workers::integrations::command_run
