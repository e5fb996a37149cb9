#include "daemon/commands/workers.h"

#include <unistd.h>

#include <iostream>
#include <thread>

#include "core/error/error.h"
#include "core/time/time.h"
#include "daemon/commands/console/group.h"
#include "daemon/commands/console/input.h"
#include "daemon/commands/console/show.h"

namespace nightshift::daemon::workers {
namespace {

namespace json = core::json;
using namespace console;

struct Options {
    Connection connection;
    bool watch = false, all = false;
    std::string every = "2s";
    int rounds = 0;
};

std::string joined(const json::value& object, const char* name) {
    std::string out;
    const auto* list = object.as_object().if_contains(name);
    if (list == nullptr || !list->is_array()) return out;
    for (const auto& one : list->as_array())
        out += (out.empty() ? "" : " ") + (one.is_string() ? std::string(one.as_string()) : json::text(one));
    return out;
}

Table table_of(const json::value& workers, bool all) {
    Table table({{"NAME", false, true},
                 {"HOST", false, true},
                 {"PID", true},
                 {"STATE"},
                 {"BUSY", true},
                 {"SLOTS", true},
                 {"BEAT", true},
                 {"UP", true},
                 {"ROLES", false, true},
                 {"QUEUES", false, true},
                 {"ID"}});
    for (const auto& one : workers.as_array())
        if (all || text(one, "state") != "ended")
            table.add({text(one, "name"), text(one, "host"), text(one, "pid"), text(one, "state"), text(one, "busy"),
                       text(one, "slots"), age(one, "beat_at"), age(one, "started_at"), joined(one, "roles"),
                       joined(one, "queues"), text(one, "id")});
    return table;
}

std::string summary(const json::value& workers) {
    int alive = 0, other = 0;
    double busy = 0, slots = 0;
    for (const auto& one : workers.as_array()) {
        if (text(one, "state") == "ended") continue;
        ++(text(one, "state") == "alive" ? alive : other);
        busy += number(one, "busy");
        slots += number(one, "slots");
    }
    return std::to_string(alive) + " alive" + (other > 0 ? ", " + std::to_string(other) + " lost or draining" : "") +
           ", " + std::to_string(static_cast<int>(busy)) + " of " + std::to_string(static_cast<int>(slots)) +
           " slots busy";
}

Table waiting(const json::value& queues) {
    Table table(
        {{"QUEUE", false, true}, {"STATE"}, {"READY", true}, {"RUNNING", true}, {"LATER", true}, {"OLDEST", true}});
    for (const auto& queue : queues.as_array())
        table.add({text(queue, "name"), text(queue, "is_paused") == "true" ? "paused" : "open", text(queue, "ready"),
                   text(queue, "running"), text(queue, "scheduled"), age(queue, "oldest_ready_at")});
    return table;
}

std::string page(const Api& api, bool all, std::size_t width) {
    auto now = core::time::rfc3339(std::chrono::system_clock::now()).substr(0, 19);
    now[10] = ' ';
    try {
        const auto workers = api.get("/api/v1/workers");
        return "nightshift at " + api.url() + "   " + now + "   " + summary(workers) + "\n\n" +
               table_of(workers, all).text(width) + "\n" + waiting(api.get("/api/v1/queues")).text(width);
    } catch (const core::Error& problem) {  // it may come back: a watch goes on
        if (!problem.again()) throw;
        return "nightshift at " + api.url() + "   " + now + "\n\n" + printable(problem.what()) + "\n";
    }
}

int watch(const Options& options) {
    const Api api(options.connection);
    const auto pause = duration("--every", options.every);
    const bool is_terminal = ::isatty(STDOUT_FILENO) != 0;
    for (int round = 0; options.rounds == 0 || round < options.rounds; ++round) {
        if (round > 0) std::this_thread::sleep_for(pause);
        const auto text = page(api, options.all, terminal_width(STDOUT_FILENO));
        std::cout << (is_terminal ? "\033[H\033[J" : round > 0 ? "\n" : "") << text << std::flush;
        if (!std::cout) return kExitOk;  // nobody reads any more
    }
    return kExitOk;
}

int list(const Options& options) {
    if (options.watch) return watch(options);
    const auto workers = Api(options.connection).get("/api/v1/workers");
    if (options.connection.as_json) return print_json(workers), kExitOk;
    print(table_of(workers, options.all), "no workers; start one with `nightshift serve` or `nightshift worker`");
    return kExitOk;
}

}  // namespace

void add(CLI::App& app, Action& action) {
    auto& group = *app.add_subcommand("workers", "Look at the processes that work.")->require_subcommand(1);
    const auto options = std::make_shared<Options>();
    auto& command = add_command<Options>(group, action, "list", "Processes: alive, draining or lost.", options, list);
    command.add_flag("--all", options->all, "Those that ended within a day, too.");
    auto* watched = command.add_flag("--watch", options->watch, "Show them and the queues again and again.");
    command.add_option("--every", options->every, "How often.")->needs(watched)->capture_default_str();
    command.add_option("--rounds", options->rounds, "Stop after so many; 0 never does.")
        ->needs(watched)
        ->check(CLI::Range(0, 1'000'000));
}

}  // namespace nightshift::daemon::workers
