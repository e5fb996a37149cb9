#include "daemon/commands/schedules.h"

#include <iostream>

#include "core/error/error.h"
#include "daemon/commands/console/group.h"
#include "daemon/commands/console/input.h"
#include "daemon/commands/console/show.h"
#include "daemon/commands/console/wait.h"

namespace nightshift::daemon::schedules {
namespace {

namespace json = core::json;
using namespace console;

const std::string kRoute = "/api/v1/schedules";

struct Options {
    Connection connection;
    std::string id, limit;
    int count = 10;
    bool wait = false;
};

/// A schedule's members as options; what is not given is not sent.
struct Members {
    Connection connection;
    std::string id, name, kind, cron, time_zone, args, queue, misfire, overlap;
    int priority = -1, misfire_limit = 0;
    bool is_paused = false;
};

std::string path_of(const Api& api, const std::string& id) {
    return kRoute + "/" + id_of(api, kRoute, id);
}

std::string state_of(const json::value& schedule) {
    if (text(schedule, "is_paused") == "true") return "paused";
    return text(schedule, "next_fire_at").empty() ? "over" : "on";
}

int list(const Options& options) {
    const auto schedules = Api(options.connection).get(kRoute + "?limit=200");
    if (options.connection.as_json) return print_json(schedules), kExitOk;
    Table table({{"NAME", false, true},
                 {"KIND", false, true},
                 {"RULE", false, true},
                 {"ZONE", false, true},
                 {"STATE"},
                 {"NEXT", true},
                 {"LAST", true},
                 {"ID"}});
    for (const auto& one : schedules.as_array())
        table.add({text(one, "name"), text(one, "kind"), text(one, "cron"), text(one, "time_zone"), state_of(one),
                   state_of(one) == "on" ? age(one, "next_fire_at") : "", age(one, "last_fire_at"), text(one, "id")});
    print(table, "no schedules");
    return kExitOk;
}

void print_schedule(const Connection& connection, const json::value& schedule) {
    if (connection.as_json) return print_json(schedule);
    print_members(schedule,
                  {"id", "name", "kind", "args", "queue", "priority", "cron", "time_zone", "misfire", "misfire_limit",
                   "overlap", "is_paused", "next_fire_at", "last_fire_at", "created_at", "updated_at"});
    Table ticks({{"TICK"}, {"OUTCOME"}, {"RUN"}, {"REASON", false, true}});
    for (const auto& tick : schedule.at("fires").as_array())
        ticks.add({moment(tick, "fire_at"), text(tick, "outcome"), text(tick, "run_id"), text(tick, "reason")});
    if (!ticks.empty()) std::cout << '\n', print(ticks, "");
}

int show(const Options& options) {
    const Api api(options.connection);
    print_schedule(options.connection, api.get(path_of(api, options.id)));
    return kExitOk;
}

json::object body_of(const Members& options) {
    json::object body;
    const std::pair<const char*, const std::string*> texts[] = {
        {"name", &options.name},           {"kind", &options.kind},   {"cron", &options.cron},
        {"time_zone", &options.time_zone}, {"queue", &options.queue}, {"misfire", &options.misfire},
        {"overlap", &options.overlap}};
    for (const auto& [name, value] : texts)
        if (!value->empty()) body[name] = *value;
    if (!options.args.empty()) body["args"] = json_argument("--args", options.args);
    if (options.priority >= 0) body["priority"] = options.priority;
    if (options.misfire_limit > 0) body["misfire_limit"] = options.misfire_limit;
    if (options.is_paused) body["is_paused"] = true;
    return body;
}

int create(const Members& options) {
    const Api api(options.connection);
    print_schedule(options.connection, api.post(kRoute, body_of(options)));
    return kExitOk;
}

int update(const Members& options) {
    const auto body = body_of(options);
    if (body.empty()) throw core::Error(core::Code::validation, "schedules update: give what is to change");
    const Api api(options.connection);
    print_schedule(options.connection, api.call("PATCH", path_of(api, options.id), body));
    return kExitOk;
}

int set_paused(const Options& options, const char* what) {
    const Api api(options.connection);
    print_schedule(options.connection, api.post(path_of(api, options.id) + "/" + what));
    return kExitOk;
}

int pause(const Options& options) {
    return set_paused(options, "pause");
}

int resume(const Options& options) {
    return set_paused(options, "resume");
}

int trigger(const Options& options) {
    const Api api(options.connection);
    auto run = api.post(path_of(api, options.id) + "/trigger");
    const auto id = text(run, "run_id");
    if (options.wait) run = wait_for_run(api, id, duration("--wait-for", options.limit));
    if (options.connection.as_json)
        print_json(run);
    else
        std::cout << id << (options.wait ? "  " + text(run, "state") : "") << '\n';
    return options.wait && text(run, "state") != "succeeded" ? kExitFailed : kExitOk;
}

int remove(const Options& options) {
    const Api api(options.connection);
    const auto path = path_of(api, options.id);
    api.call("DELETE", path, nullptr);
    if (!options.connection.as_json) std::cout << "deleted; its runs stay\n";
    return kExitOk;
}

int preview(const Options& options) {
    const Api api(options.connection);
    const auto ticks = api.get(path_of(api, options.id) + "/preview?limit=" + std::to_string(options.count));
    if (options.connection.as_json) return print_json(ticks), kExitOk;
    Table table({{"LOCAL"}, {"UTC"}, {"FROM NOW", true}});
    for (const auto& tick : ticks.as_array()) table.add({text(tick, "local"), moment(tick, "at"), age(tick, "at")});
    print(table, "it never fires again");
    return kExitOk;
}

void add_members(CLI::App& command, Members& members) {
    command.add_option("--tz", members.time_zone, "IANA time zone in which the rule is read.");
    command.add_option("--args", members.args, "The run's arguments: a JSON object, @file, or - for standard input.");
    command.add_option("--queue", members.queue, "Another queue than the kind's own.");
    command.add_option("--priority", members.priority, "Band 0 (first) to 4 (last).")->check(CLI::Range(0, 4));
    command.add_option("--misfire", members.misfire, "Of missed ticks: fire_latest, fire_all or skip.");
    command.add_option("--misfire-limit", members.misfire_limit, "How many at most fire_all makes up for.")
        ->check(CLI::Range(1, 10000));
    command.add_option("--overlap", members.overlap,
                       "While the run before it lives: skip, queue_one, allow or cancel_running.");
}

void add_create(CLI::App& group, Action& action) {
    const auto members = std::make_shared<Members>();
    auto& command = add_command<Members>(group, action, "create", "Make a schedule.", members, create);
    command.add_option("name", members->name, "What to call it.")->required();
    command.add_option("--kind", members->kind, "Which kind of run.")->required();
    command.add_option("--cron", members->cron, "The rule, in quotes.")->required();
    command.add_flag("--paused", members->is_paused, "Make it without letting it fire yet.");
    add_members(command, *members);
}

void add_update(CLI::App& group, Action& action) {
    const auto members = std::make_shared<Members>();
    auto& command = add_command<Members>(group, action, "update",
                                         "Change a schedule; with another rule or zone its next tick is a new one.",
                                         members, update);
    command.add_option("schedule", members->id, "Its id or name.")->required();
    command.add_option("--name", members->name, "What to call it from now on.");
    command.add_option("--kind", members->kind, "Which kind of run.");
    command.add_option("--cron", members->cron, "The rule, in quotes.");
    add_members(command, *members);
}

}  // namespace

void add(CLI::App& app, Action& action) {
    auto& group =
        *app.add_subcommand("schedules", "Look at schedules, make, change and fire them.")->require_subcommand(1);
    add_command<Options>(group, action, "list", "Schedules by name.", std::make_shared<Options>(), list);
    add_create(group, action);
    add_update(group, action);
    const auto with_id = [&](const char* name, const char* sentence, int (*body)(const Options&)) {
        const auto options = std::make_shared<Options>();
        auto& command = add_command<Options>(group, action, name, sentence, options, body);
        command.add_option("schedule", options->id, "Its id or name.")->required();
        return std::pair(&command, options);
    };
    with_id("show", "One schedule and its latest ticks.", show);
    with_id("pause", "Stop firing; the cursor stays.", pause);
    with_id("resume", "Fire again; what was missed follows the misfire policy.", resume);
    with_id("delete", "Forget a schedule; its runs stay.", remove);
    const auto [fire, fired] = with_id("trigger", "One run now, off the timetable.", trigger);
    auto* wait = fire->add_flag("--wait", fired->wait, "Wait for its end; exit code 1 unless it succeeded.");
    fire->add_option("--wait-for", fired->limit, "Wait at most so long, such as 5m.")->needs(wait);
    const auto [look, looked] = with_id("preview", "Its next ticks.", preview);
    look->add_option("--count", looked->count, "How many.")->check(CLI::Range(1, 200))->capture_default_str();
}

}  // namespace nightshift::daemon::schedules
