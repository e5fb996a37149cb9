#include "daemon/commands/runs.h"

#include <iostream>

#include "core/text/percent.h"
#include "core/time/time.h"
#include "daemon/commands/console/group.h"
#include "daemon/commands/console/input.h"
#include "daemon/commands/console/show.h"
#include "daemon/commands/console/wait.h"

namespace nightshift::daemon::runs {
namespace {

namespace json = core::json;
using namespace console;

struct Listing {
    Connection connection;
    std::string state, kind, queue, schedule, limit = "50", skip;
};

struct One {
    Connection connection;
    std::string id;
};

struct Change {
    Connection connection;
    std::vector<std::string> ids;
    std::string reason, limit;
    bool wait = false;
};

struct Submit {
    Connection connection;
    std::string kind, args, queue, not_before, unique_key, on_conflict, concurrency_key, timeout, limit;
    int priority = -1, max_attempts = 0;
    std::vector<std::string> after;
    bool wait = false;
};

std::string took(const json::value& run) {
    const auto began = core::time::parse_rfc3339(text(run, "started_at"));
    if (!began) return {};
    const auto ended = core::time::parse_rfc3339(text(run, "finished_at")).value_or(std::chrono::system_clock::now());
    return span(std::max(0.0, std::chrono::duration<double>(ended - *began).count()));
}

int list(const Listing& options) {
    const Api api(options.connection);
    const auto schedule = options.schedule.empty() ? std::string{} : id_of(api, "/api/v1/schedules", options.schedule);
    const auto runs = api.get("/api/v1/runs" + query({{"state", options.state},
                                                      {"kind", options.kind},
                                                      {"queue", options.queue},
                                                      {"schedule_id", schedule},
                                                      {"limit", options.limit},
                                                      {"skip", options.skip}}));
    if (options.connection.as_json) return print_json(runs), kExitOk;
    Table table({{"ID"},
                 {"KIND", false, true},
                 {"QUEUE", false, true},
                 {"STATE"},
                 {"TRY", true},
                 {"AGE", true},
                 {"TOOK", true},
                 {"ERROR", false, true}});
    for (const auto& run : runs.as_array())
        table.add({text(run, "id"), text(run, "kind"), text(run, "queue"), text(run, "state"),
                   text(run, "attempt") + "/" + text(run, "max_attempts"), age(run, "created_at"), took(run),
                   text(run, "error_message")});
    print(table, "no runs");
    return kExitOk;
}

void print_history(const json::value& run) {
    Table attempts({{"EPOCH", true}, {"OUTCOME"}, {"STARTED"}, {"TOOK", true}, {"ERROR", false, true}});
    for (const auto& attempt : run.at("attempts").as_array())
        attempts.add({text(attempt, "epoch"), text(attempt, "outcome"), moment(attempt, "started_at"),
                      took({{"started_at", text(attempt, "started_at")}, {"finished_at", text(attempt, "ended_at")}}),
                      text(attempt, "error_message")});
    Table events({{"AT"}, {"WHO"}, {"EVENT"}, {"DETAIL", false, true}});
    for (const auto& event : run.at("events").as_array())
        events.add({moment(event, "at"), text(event, "actor"), text(event, "event"), text(event, "detail")});
    if (!attempts.empty()) std::cout << '\n', print(attempts, "");
    if (!events.empty()) std::cout << '\n', print(events, "");
}

void print_run(const json::value& run) {
    print_members(
        run, {"id",           "kind",      "queue",         "state",       "priority",      "attempt",
              "max_attempts", "crashes",   "args",          "result",      "error_class",   "error_message",
              "progress",     "waits_for", "unique_key",    "schedule_id", "redriven_from", "origin",
              "created_at",   "ready_at",  "dispatched_at", "started_at",  "finished_at",   "cancel_requested_at"});
    print_history(run);
}

int show(const One& options) {
    const auto run = Api(options.connection).get("/api/v1/runs/" + core::text::percent_encoded(options.id));
    options.connection.as_json ? print_json(run) : print_run(run);
    return kExitOk;
}

int explain(const One& options) {
    const auto why =
        Api(options.connection).get("/api/v1/runs/" + core::text::percent_encoded(options.id) + "/explain");
    if (options.connection.as_json) return print_json(why), kExitOk;
    std::cout << "run " << text(why, "id") << " is " << text(why, "state") << ":\n";
    for (const auto& reason : why.at("reasons").as_array())
        std::cout << "- " << printable(std::string_view(reason.as_string())) << '\n';
    return kExitOk;
}

/// What was asked for, or what became of it: 0 when all succeeded.
int told(const Api& api, const Connection& connection, json::array runs, bool wait, const std::string& limit) {
    bool all_well = true;
    if (wait)
        for (auto& run : runs) {
            run = wait_for_run(api, text(run, "id"), duration("--wait-for", limit));
            all_well &= text(run, "state") == "succeeded";
        }
    if (connection.as_json) {
        print_json(runs.size() == 1 ? runs.front() : json::value(runs));
    } else {
        for (const auto& run : runs) {
            const auto error = text(run, "error_message");
            std::cout << text(run, "id") << "  " << text(run, "state") << (error.empty() ? "" : "  " + printable(error))
                      << '\n';
        }
    }
    return all_well ? kExitOk : kExitFailed;
}

json::object submission_of(const Submit& options) {
    json::object body{{"kind", options.kind}};
    if (!options.args.empty()) body["args"] = json_argument("--args", options.args);
    const std::pair<const char*, const std::string*> texts[] = {
        {"queue", &options.queue},           {"not_before", &options.not_before},
        {"unique_key", &options.unique_key}, {"on_conflict", &options.on_conflict},
        {"timeout", &options.timeout},       {"concurrency_key", &options.concurrency_key}};
    for (const auto& [name, value] : texts)
        if (!value->empty()) body[name] = *value;
    if (options.priority >= 0) body["priority"] = options.priority;
    if (options.max_attempts > 0) body["max_attempts"] = options.max_attempts;
    if (!options.after.empty()) body["after"] = json::array(options.after.begin(), options.after.end());
    return body;
}

int submit(const Submit& options) {
    const Api api(options.connection);
    return told(api, options.connection, {api.post("/api/v1/runs", submission_of(options))}, options.wait,
                options.limit);
}

int cancel(const Change& options) {
    const Api api(options.connection);
    json::object body;
    if (!options.reason.empty()) body["reason"] = options.reason;
    json::array runs;
    for (const auto& id : options.ids)
        runs.push_back(api.post("/api/v1/runs/" + core::text::percent_encoded(id) + "/cancel", body));
    // One that was to stop and did is what was wanted.
    if (told(api, options.connection, runs, options.wait, options.limit) == kExitOk || !options.wait) return kExitOk;
    for (const auto& id : options.ids)
        if (text(api.get("/api/v1/runs/" + id), "state") != "cancelled") return kExitFailed;
    return kExitOk;
}

int retry(const Change& options) {
    const Api api(options.connection);
    json::array runs;
    for (const auto& id : options.ids)
        runs.push_back(api.post("/api/v1/runs/" + core::text::percent_encoded(id) + "/retry"));
    return told(api, options.connection, std::move(runs), options.wait, options.limit);
}

void add_waiting(CLI::App& command, bool& wait, std::string& limit) {
    auto* flag = command.add_flag("--wait", wait, "Wait for the end; exit code 1 unless it is the wanted one.");
    command.add_option("--wait-for", limit, "Wait at most so long, such as 5m.")->needs(flag);
}

void add_list(CLI::App& group, Action& action) {
    const auto options = std::make_shared<Listing>();
    auto& command = add_command<Listing>(group, action, "list", "Runs, newest first.", options, list);
    command.add_option("--state", options->state, "Only those in this state.");
    command.add_option("--kind", options->kind, "Only those of this kind.");
    command.add_option("--queue", options->queue, "Only those of this queue.");
    command.add_option("--schedule", options->schedule, "Only those of this schedule: its id or name.");
    command.add_option("--limit", options->limit, "How many, at most 200.")->capture_default_str();
    command.add_option("--skip", options->skip, "How many to leave out first.");
}

void add_submit(CLI::App& group, Action& action) {
    const auto options = std::make_shared<Submit>();
    auto& command = add_command<Submit>(group, action, "submit", "Submit a run.", options, submit);
    command.add_option("kind", options->kind, "Which kind of run.")->required();
    command.add_option("--args", options->args, "Its arguments: a JSON object, @file, or - for standard input.");
    command.add_option("--queue", options->queue, "Another queue than the kind's own.");
    command.add_option("--priority", options->priority, "Band 0 (first) to 4 (last).")->check(CLI::Range(0, 4));
    command.add_option("--not-before", options->not_before, "RFC 3339 time before which it is not to start.");
    command.add_option("--unique-key", options->unique_key, "At most one live run has this key.");
    command.add_option("--on-conflict", options->on_conflict, "When a live run has it: keep, replace or reject.");
    command.add_option("--concurrency-key", options->concurrency_key, "Shares its queue's key_concurrency.");
    command.add_option("--max-attempts", options->max_attempts, "How often it may be tried.")
        ->check(CLI::Range(1, 100));
    command.add_option("--timeout", options->timeout, "Time limit of an attempt, such as 5m.");
    command.add_option("--after", options->after, "A run that must succeed first; may be given again.");
    add_waiting(command, options->wait, options->limit);
}

void add_one(CLI::App& group, Action& action, const char* name, const char* sentence, int (*body)(const One&)) {
    const auto options = std::make_shared<One>();
    add_command<One>(group, action, name, sentence, options, body)
        .add_option("id", options->id, "The run's id.")
        ->required();
}

CLI::App& add_change(CLI::App& group, Action& action, const std::shared_ptr<Change>& options, const char* name,
                     const char* sentence, int (*body)(const Change&)) {
    auto& command = add_command<Change>(group, action, name, sentence, options, body);
    command.add_option("id", options->ids, "The runs' ids.")->required();
    add_waiting(command, options->wait, options->limit);
    return command;
}

}  // namespace

void add(CLI::App& app, Action& action) {
    auto& group = *app.add_subcommand("runs", "Look at runs, submit, cancel and retry them.")->require_subcommand(1);
    add_list(group, action);
    add_one(group, action, "show", "One run with its attempts, events and progress.", show);
    add_one(group, action, "explain", "Why a run is not running, and what it waits for.", explain);
    add_submit(group, action);
    const auto cancelled = std::make_shared<Change>();
    add_change(group, action, cancelled, "cancel", "Cancel runs; a running one is asked to stop.", cancel)
        .add_option("--reason", cancelled->reason, "Why; kept with the run.");
    add_change(group, action, std::make_shared<Change>(), "retry", "Submit ended runs again, as new ones.", retry);
}

}  // namespace nightshift::daemon::runs
