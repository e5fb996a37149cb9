#include "daemon/commands/cron.h"

#include <iostream>
#include <memory>

#include "core/error/error.h"
#include "core/json/json.h"
#include "core/time/cron.h"
#include "core/time/time.h"

namespace nightshift::daemon::cron {
namespace {

namespace json = core::json;
using core::time::Cron;
using core::time::CronError;
using core::time::Instant;
using core::time::Zone;

struct Options {
    std::string expression, zone = "UTC", from;
    std::size_t count = 5;
    bool as_json = false, from_stdin = false;
};

std::string short_text(Instant fire) {
    return core::time::rfc3339(fire).substr(0, 19) + "Z";
}

Zone zone_of(const std::string& name) {
    if (const auto zone = Zone::find(name)) return *zone;
    throw core::Error(core::Code::validation,
                      "--tz: expected an IANA zone, got \"" + name + "\"" + Zone::suggest(name));
}

Instant from_of(const std::string& text) {
    if (text.empty()) return std::chrono::system_clock::now();
    if (const auto moment = core::time::parse_rfc3339(text)) return *moment;
    throw core::Error(core::Code::validation,
                      "--from: expected an RFC 3339 time such as 2026-03-29T00:00:00Z, got \"" + text + "\"");
}

int preview(const Options& options) {
    const auto zone = zone_of(options.zone);
    const auto from = from_of(options.from);
    try {
        json::array fires;
        for (const auto fire : Cron::parse(options.expression).next(from, zone, options.count)) {
            if (options.as_json)
                fires.emplace_back(short_text(fire));
            else
                std::cout << core::time::in_zone(fire, zone) << "   " << short_text(fire) << '\n';
        }
        if (options.as_json) std::cout << json::text(json::value(fires)) << '\n';
        return kExitOk;
    } catch (const CronError& problem) {
        std::cerr << options.expression << '\n'
                  << std::string(problem.problem().column - 1, ' ') << "^ expected " << problem.problem().expected
                  << '\n';
        return kExitUsage;
    }
}

/// One line of JSON in, one out.
json::object answer(const std::string& line) {
    try {
        const auto question = json::parse_object(line);
        const auto zone = zone_of(std::string(question.at("tz").as_string()));
        const auto from = from_of(std::string(question.at("from").as_string()));
        json::array expected;
        for (const auto fire : Cron::parse(std::string_view(question.at("expression").as_string()))
                                   .next(from, zone, question.at("count").to_number<std::size_t>()))
            expected.emplace_back(short_text(fire));
        return {{"expected", std::move(expected)}};
    } catch (const CronError& problem) {
        return {{"valid", false}, {"error", problem.what()}, {"column", problem.problem().column}};
    } catch (const std::exception& problem) {
        return {{"valid", false}, {"error", problem.what()}, {"column", 0}};
    }
}

int next(const Options& options) {
    if (!options.from_stdin)
        throw core::Error(core::Code::validation,
                          "cron next: give --stdin and JSON lines {expression, tz, from, count}");
    for (std::string line; std::getline(std::cin, line);)
        if (!line.empty()) std::cout << json::text(answer(line)) << std::endl;
    return kExitOk;
}

}  // namespace

void add(CLI::App& app, Action& action) {
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("cron", "Try cron rules.")->require_subcommand(1);
    auto* show = command->add_subcommand("preview", "The next times a rule fires: local time and UTC.");
    show->add_option("expression", options->expression, "The rule, in quotes.")->required();
    show->add_option("--tz", options->zone, "IANA time zone.");
    show->add_option("--from", options->from, "RFC 3339 time to start after; now when left out.");
    show->add_option("--count", options->count, "How many.")->check(CLI::Range(1, 10000));
    show->add_flag("--json", options->as_json, "A JSON array of UTC times.");
    show->callback([&action, options] { action = [options] { return preview(*options); }; });
    auto* bulk = command->add_subcommand("next", "Answers JSON lines, for bulk checks.");
    bulk->add_flag("--stdin", options->from_stdin, "Read the questions from standard input.");
    bulk->callback([&action, options] { action = [options] { return next(*options); }; });
}

}  // namespace nightshift::daemon::cron
