#include "daemon/commands/reports.h"

#include <algorithm>
#include <iostream>

#include "core/error/error.h"
#include "core/text/case.h"
#include "core/text/percent.h"
#include "daemon/commands/console/group.h"
#include "daemon/commands/console/input.h"
#include "daemon/commands/console/save.h"
#include "daemon/commands/console/show.h"
#include "daemon/commands/console/wait.h"

namespace nightshift::daemon::reports {
namespace {

namespace json = core::json;
using namespace console;

const std::string kRoute = "/api/v1/reports";

struct Options {
    Connection connection;
    std::string id, name, type = "job_summary", format = "PDF", parameters, output, limit;
    bool wait = false, force = false;
};

int list(const Options& options) {
    const auto reports =
        Api(options.connection).get(kRoute + "?limit=" + (options.limit.empty() ? "50" : options.limit));
    if (options.connection.as_json) return print_json(reports), kExitOk;
    Table table({{"ID"},
                 {"NAME", false, true},
                 {"TYPE", false, true},
                 {"FORMAT"},
                 {"STATUS"},
                 {"ROWS", true},
                 {"BYTES", true},
                 {"AGE", true},
                 {"ERROR", false, true}});
    for (const auto& one : reports.as_array())
        table.add({text(one, "id"), text(one, "name"), text(one, "report_type"), text(one, "export_format"),
                   text(one, "status"), text(one, "rows"), text(one, "bytes"), age(one, "created_at"),
                   text(one, "error")});
    print(table, "no reports");
    return kExitOk;
}

int types(const Options& options) {
    const auto all = Api(options.connection).get(kRoute + "/types");
    if (options.connection.as_json) return print_json(all), kExitOk;
    Table table({{"TYPE"}, {"TITLE"}, {"ABOUT", false, true}, {"PARAMETERS", false, true}});
    for (const auto& one : all.as_array()) {
        std::string names;
        for (const auto& [name, schema] : one.at("parameters").at("properties").as_object())
            names += (names.empty() ? "" : ", ") + std::string(name);
        table.add({text(one, "report_type"), text(one, "title"), text(one, "description"), names});
    }
    print(table, "no types");
    return kExitOk;
}

void print_report(const Connection& connection, const json::value& report) {
    if (connection.as_json) return print_json(report);
    print_members(report, {"id", "name", "report_type", "parameters", "export_format", "status", "progress", "run_id",
                           "requested_by", "rows", "bytes", "sha256", "error", "created_at", "finished_at"});
}

int show(const Options& options) {
    print_report(options.connection,
                 Api(options.connection).get(kRoute + "/" + core::text::percent_encoded(options.id)));
    return kExitOk;
}

/// The report's name as a file's: what a shell or another system could take for more than a name is left out.
std::string file_name(const json::value& report) {
    std::string name;
    for (const char c : text(report, "name")) {
        const auto byte = static_cast<unsigned char>(c);
        name += byte >= 0x80 || std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' ? c : '_';
    }
    name.erase(0, std::min(name.find_first_not_of('.'), name.size()));
    const auto extension = core::text::lower_case(text(report, "export_format"));
    return (name.empty() ? text(report, "id") : name) + "." + extension;
}

void fetch(const Api& api, const json::value& report, const Options& options) {
    const auto id = text(report, "id");
    const auto path = options.output.empty() ? file_name(report) : options.output;
    Saved saved(path, options.force);
    api.download(kRoute + "/" + id + "/download", [&](std::string_view piece) { return saved.write(piece); });
    saved.keep(text(report, "sha256"));
    if (path != "-") std::cerr << "saved " << printable(path) << ", " << saved.bytes() << " bytes\n";
}

int download(const Options& options) {
    const Api api(options.connection);
    fetch(api, api.get(kRoute + "/" + core::text::percent_encoded(options.id)), options);
    return kExitOk;
}

int generate(const Options& options) {
    const Api api(options.connection);
    json::object body{{"name", options.name}, {"report_type", options.type}, {"export_format", options.format}};
    if (!options.parameters.empty()) body["parameters"] = json_argument("--parameters", options.parameters);
    auto report = api.post(kRoute + "/generate", body);
    const bool wants_file = !options.output.empty();
    if (options.wait || wants_file) {
        wait_for_run(api, text(report, "run_id"), duration("--wait-for", options.limit));
        report = api.get(kRoute + "/" + text(report, "id"));
    }
    const bool is_ready = text(report, "status") == "ready";
    if (options.output != "-") print_report(options.connection, report);
    if (wants_file && is_ready) fetch(api, report, options);
    return (options.wait || wants_file) && !is_ready ? kExitFailed : kExitOk;
}

int remove(const Options& options) {
    Api(options.connection).call("DELETE", kRoute + "/" + core::text::percent_encoded(options.id), nullptr);
    if (!options.connection.as_json) std::cout << "deleted, with its file\n";
    return kExitOk;
}

void add_output(CLI::App& command, Options& options, const char* sentence) {
    command.add_option("-o,--output", options.output, sentence);
    command.add_flag("--force", options.force, "Write over a file that is there.");
}

void add_generate(CLI::App& group, Action& action) {
    const auto options = std::make_shared<Options>();
    auto& command = add_command<Options>(group, action, "generate", "Ask for a report.", options, generate);
    command.add_option("name", options->name, "What to call it.")->required();
    command.add_option("--type", options->type, "Which report.")->capture_default_str();
    command.add_option("--format", options->format, "CSV, JSON, XLSX, PDF or HTML.")->capture_default_str();
    command.add_option("--parameters", options->parameters, "A JSON object, @file, or - for standard input.");
    command.add_flag("--wait", options->wait, "Wait for it; exit code 1 unless it is ready.");
    command.add_option("--wait-for", options->limit, "Wait at most so long, such as 5m.");
    add_output(command, *options, "Wait for it and save it here; - for standard output.");
}

}  // namespace

void add(CLI::App& app, Action& action) {
    auto& group = *app.add_subcommand("reports", "Ask for reports and download them.")->require_subcommand(1);
    add_generate(group, action);
    const auto listing = std::make_shared<Options>();
    add_command<Options>(group, action, "list", "Reports, newest first.", listing, list)
        .add_option("--limit", listing->limit, "How many, at most 200.");
    add_command<Options>(group, action, "types", "What reports there are, and what each is asked with.",
                         std::make_shared<Options>(), types);
    const auto with_id = [&](const char* name, const char* sentence, int (*body)(const Options&)) {
        const auto options = std::make_shared<Options>();
        auto& command = add_command<Options>(group, action, name, sentence, options, body);
        command.add_option("id", options->id, "The report's id.")->required();
        return std::pair(&command, options);
    };
    with_id("show", "One report and its progress.", show);
    const auto [get, got] = with_id("download", "Save a report's file.", download);
    add_output(*get, *got, "Where to; else a file of the report's name. - for standard output.");
    with_id("delete", "Forget a report and its file.", remove);
}

}  // namespace nightshift::daemon::reports
