#include "daemon/commands/queues.h"

#include <algorithm>
#include <iostream>

#include "core/error/error.h"
#include "core/text/percent.h"
#include "daemon/commands/console/group.h"
#include "daemon/commands/console/show.h"

namespace nightshift::daemon::queues {
namespace {

namespace json = core::json;
using namespace console;

struct Options {
    Connection connection;
    std::string name;
};

std::string or_none(const std::string& limit) {
    return limit.empty() ? "-" : limit;
}

int list(const Options& options) {
    const auto queues = Api(options.connection).get("/api/v1/queues");
    if (options.connection.as_json) return print_json(queues), kExitOk;
    Table table({{"QUEUE", false, true},
                 {"STATE"},
                 {"READY", true},
                 {"RUNNING", true},
                 {"LATER", true},
                 {"OLDEST", true},
                 {"LIMIT", true},
                 {"A KEY", true},
                 {"A MINUTE", true}});
    for (const auto& queue : queues.as_array())
        table.add({text(queue, "name"), text(queue, "is_paused") == "true" ? "paused" : "open", text(queue, "ready"),
                   text(queue, "running"), text(queue, "scheduled"), age(queue, "oldest_ready_at"),
                   or_none(text(queue, "concurrency")), text(queue, "key_concurrency"),
                   or_none(text(queue, "rate_per_minute"))});
    print(table, "no queues");
    return kExitOk;
}

json::value find(const Api& api, const std::string& name) {
    const auto queues = api.get("/api/v1/queues");
    for (const auto& queue : queues.as_array())
        if (text(queue, "name") == name) return queue;
    throw Refusal(404, "E_NOT_FOUND", "no such queue: " + name + "; nightshift queues list names them");
}

void print_queue(const Connection& connection, const json::value& queue) {
    if (connection.as_json) return print_json(queue);
    print_members(queue, {"name", "is_paused", "paused_at", "paused_by", "ready", "running", "scheduled",
                          "oldest_ready_at", "concurrency", "key_concurrency", "rate_per_minute"});
}

int show(const Options& options) {
    print_queue(options.connection, find(Api(options.connection), options.name));
    return kExitOk;
}

int set_paused(const Options& options, const char* what) {
    const Api api(options.connection);
    api.post("/api/v1/queues/" + core::text::percent_encoded(options.name) + "/" + what);
    print_queue(options.connection, find(api, options.name));
    return kExitOk;
}

int pause(const Options& options) {
    return set_paused(options, "pause");
}

int resume(const Options& options) {
    return set_paused(options, "resume");
}

}  // namespace

void add(CLI::App& app, Action& action) {
    auto& group = *app.add_subcommand("queues", "Look at queues, pause and resume them.")->require_subcommand(1);
    add_command<Options>(group, action, "list", "Queues and what waits in them.", std::make_shared<Options>(), list);
    const auto with_name = [&](const char* name, const char* sentence, int (*body)(const Options&)) {
        const auto options = std::make_shared<Options>();
        add_command<Options>(group, action, name, sentence, options, body)
            .add_option("queue", options->name, "The queue's name.")
            ->required();
    };
    with_name("show", "One queue.", show);
    with_name("pause", "Start nothing more of it; what runs goes on.", pause);
    with_name("resume", "Go on with it.", resume);
}

}  // namespace nightshift::daemon::queues
