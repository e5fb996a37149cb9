#include "daemon/commands/dead.h"

#include <iostream>

#include "core/text/percent.h"
#include "daemon/commands/console/group.h"
#include "daemon/commands/console/show.h"

namespace nightshift::daemon::dead {
namespace {

namespace json = core::json;
using namespace console;

struct Options {
    Connection connection;
    std::string id, note;
    bool all = false;
    int limit = 100;
};

std::string state_of(const json::value& group) {
    if (!text(group, "resolved_at").empty()) return "settled";
    return text(group, "is_muted") == "true" ? "muted" : "open";
}

int list(const Options& options) {
    const auto groups = Api(options.connection)
                            .get("/api/v1/dead" + query({{"resolved", options.all ? "true" : ""}, {"limit", "200"}}));
    if (options.connection.as_json) return print_json(groups), kExitOk;
    Table table({{"ID"},
                 {"KIND", false, true},
                 {"ERROR", false, true},
                 {"RUNS", true},
                 {"FIRST", true},
                 {"LAST", true},
                 {"STATE"},
                 {"MESSAGE", false, true}});
    for (const auto& group : groups.as_array())
        table.add({text(group, "id"), text(group, "kind"), text(group, "error_class"), text(group, "total"),
                   age(group, "first_seen_at"), age(group, "last_seen_at"), state_of(group), text(group, "message")});
    print(table, "nothing is dead");
    return kExitOk;
}

int show(const Options& options) {
    const auto group = Api(options.connection).get("/api/v1/dead/" + core::text::percent_encoded(options.id));
    if (options.connection.as_json) return print_json(group), kExitOk;
    print_members(group, {"id", "kind", "error_class", "message", "total", "fingerprint", "first_seen_at",
                          "last_seen_at", "is_muted", "resolved_at", "note"});
    Table runs({{"RUN"}, {"ENDED"}, {"TRIES", true}, {"REDRIVEN"}, {"MESSAGE", false, true}});
    for (const auto& run : group.at("runs").as_array())
        runs.add({text(run, "id"), moment(run, "finished_at"), text(run, "attempt"),
                  text(run, "is_redriven") == "true" ? "yes" : "no", text(run, "error_message")});
    std::cout << '\n';
    print(runs, "its runs are no longer kept");
    return kExitOk;
}

int redrive(const Options& options) {
    const auto made = Api(options.connection)
                          .post("/api/v1/dead/" + core::text::percent_encoded(options.id) + "/redrive",
                                json::object{{"limit", options.limit}});
    if (options.connection.as_json) return print_json(made), kExitOk;
    for (const auto& run : made.at("runs").as_array()) std::cout << std::string_view(run.as_string()) << '\n';
    std::cerr << text(made, "redriven") << " submitted again\n";
    return kExitOk;
}

int discard(const Options& options) {
    json::object body;
    if (!options.note.empty()) body["note"] = options.note;
    const auto settled =
        Api(options.connection).post("/api/v1/dead/" + core::text::percent_encoded(options.id) + "/resolve", body);
    if (options.connection.as_json) return print_json(settled), kExitOk;
    std::cout << text(settled, "id") << "  settled; a new failure of its shape opens it again\n";
    return kExitOk;
}

}  // namespace

void add(CLI::App& app, Action& action) {
    auto& group = *app.add_subcommand("dead", "Look at what failed for good, by the shape of its failure.")
                       ->require_subcommand(1);
    const auto listing = std::make_shared<Options>();
    add_command<Options>(group, action, "list", "Groups of dead runs, latest first.", listing, list)
        .add_flag("--all", listing->all, "Settled ones too.");
    const auto with_id = [&](const char* name, const char* sentence, int (*body)(const Options&)) {
        const auto options = std::make_shared<Options>();
        auto& command = add_command<Options>(group, action, name, sentence, options, body);
        command.add_option("id", options->id, "The group's id.")->required();
        return std::pair(&command, options);
    };
    with_id("show", "One group and its latest runs.", show);
    const auto [again, driven] = with_id("redrive", "Submit its dead runs again, as new ones.", redrive);
    again->add_option("--limit", driven->limit, "How many at most, oldest first.")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    const auto [settle, settled] = with_id("discard", "Settle it without another try.", discard);
    settle->add_option("--note", settled->note, "Why; kept with the group.");
}

}  // namespace nightshift::daemon::dead
