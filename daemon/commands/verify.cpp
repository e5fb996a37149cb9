#include "daemon/commands/verify.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>

#include "core/error/error.h"
#include "core/pg/migrate.h"
#include "core/pg/pg.h"
#include "core/schema/field.h"
#include "daemon/configuration.h"
#include "migrations.h"
#include "queue/verify.h"

namespace nightshift::daemon::verify {
namespace {

namespace json = core::json;
using queue::Checked;

struct Options {
    std::string config, since = "7d", grace = "30s", timeout = "60s";
    bool as_json = false;
};

std::chrono::milliseconds span_of(const char* option, const std::string& text) {
    const double seconds = core::schema::duration_seconds(text);
    if (seconds <= 0)
        throw core::Error(core::Code::validation,
                          std::string(option) + ": expected a duration such as 7d, 12h or 30s, got \"" + text + "\"");
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

json::object json_of(const Checked& checked) {
    json::object shown{{"name", checked.invariant->name}, {"sentence", checked.invariant->sentence},
                       {"holds", checked.holds()},        {"rows", checked.rows},
                       {"has_more", checked.has_more},    {"took_ms", checked.took.count()}};
    if (!checked.problem.empty()) shown["problem"] = checked.problem;
    return shown;
}

std::string row_text(const json::object& row) {
    std::string text;
    for (const auto& [name, field] : row)
        text += (text.empty() ? "" : "  ") + std::string(name) + "=" +
                (field.is_string() ? std::string(field.as_string()) : "-");
    return text;
}

void print(const Checked& checked) {
    std::cout << (checked.holds() ? "holds   " : "BROKEN  ") << std::left << std::setw(22) << checked.invariant->name
              << checked.invariant->sentence << '\n';
    if (!checked.problem.empty())
        std::cout << "        could not be checked: " << checked.problem
                  << "\n        if it took too long, give it more with --timeout, or less history with --since\n";
    for (const auto& row : checked.rows) std::cout << "        " << row_text(row.as_object()) << '\n';
    if (checked.has_more) std::cout << "        and more\n";
}

void require_schema(const std::string& url) {
    const int there = core::pg::schema_version(url), known = std::end(generated::migrations)[-1].number;
    if (there != known)
        throw core::Error(core::Code::configuration, "schema: the database is at migration " + std::to_string(there) +
                                                         ", this program needs " + std::to_string(known) +
                                                         "; run `nightshift migrate`");
}

int check(const Options& options) {
    const auto configuration = Configuration::load(configuration_path(options.config));
    // Attempts and events are kept this long; what lies before can't be told from what was lost.
    const auto kept = std::chrono::hours(24 * configuration.number("retention.dead_days"));
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(span_of("--since", options.since));
    const auto grace = std::chrono::duration_cast<std::chrono::seconds>(span_of("--grace", options.grace));
    const auto timeout = span_of("--timeout", options.timeout);
    require_schema(configuration.text("database.url"));
    core::pg::Pool pool({.url = configuration.text("database.url"),
                         .size = 1,
                         .statement_timeout = timeout,
                         .name = "nightshift-verify"});
    const auto all = queue::verify(pool, {.since = std::min<std::chrono::seconds>(since, kept), .grace = grace});
    const auto broken = std::ranges::count_if(all, [](const Checked& one) { return !one.holds(); });
    if (options.as_json) {
        json::array shown;
        for (const auto& checked : all) shown.emplace_back(json_of(checked));
        std::cout << json::text(json::object{{"holds", broken == 0}, {"invariants", std::move(shown)}}) << '\n';
    } else {
        for (const auto& checked : all) print(checked);
        std::cout << all.size() - static_cast<std::size_t>(broken) << " of " << all.size() << " invariants hold\n";
    }
    return broken == 0 ? kExitOk : kExitFailed;
}

}  // namespace

void add(CLI::App& app, Action& action) {
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand(
        "verify", "Check the engine's promises against the database: exit code 1 and the rows when one is broken.");
    command->add_option("--config", options->config, "The configuration file.");
    command->add_option("--since", options->since, "How far back history counts.")->capture_default_str();
    command->add_option("--grace", options->grace, "How long what could move may stand still.")->capture_default_str();
    command->add_option("--timeout", options->timeout, "The longest one query may take.")->capture_default_str();
    command->add_flag("--json", options->as_json, "A JSON object with every invariant and its rows.");
    command->callback([&action, options] { action = [options] { return check(*options); }; });
}

}  // namespace nightshift::daemon::verify
