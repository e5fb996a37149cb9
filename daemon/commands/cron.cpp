#include "daemon/commands/cron.h"

#include <iostream>
#include <memory>

#include "core/error/error.h"
#include "core/json/json.h"
#include "core/schema/field.h"
#include "core/time/cron.h"
#include "core/time/time.h"

namespace nightshift::daemon::cron {
namespace {

namespace json = core::json;
using core::Code;
using core::Error;
using core::schema::Field;
using core::schema::Type;
using core::time::Cron;
using core::time::CronError;
using core::time::in_zone;
using core::time::Instant;
using core::time::Zone;

constexpr std::size_t kMostFires = 10000;

struct Options {
    std::string expression, zone = "UTC", from;
    std::size_t count = 5;
    bool as_json = false, why = false, from_stdin = false;
};

/// What `cron next --stdin` takes on each line.
constexpr Field kQuestion[] = {
    {"expression", Type::text, "The rule.", {.max = 1000, .required = true}},
    {"tz", Type::text, "IANA time zone.", {.max = 100, .fallback = R"("UTC")"}},
    {"from", Type::timestamp, "Fires after this; now when left out."},
    {"count", Type::integer, "How many.", {.min = 0, .max = kMostFires, .fallback = "5"}},
};

std::string short_text(Instant fire) {
    return core::time::rfc3339(fire).substr(0, 19) + "Z";
}

Zone zone_of(const std::string& name, const std::string& where) {
    if (const auto zone = Zone::find(name)) return *zone;
    static std::pair<std::string, std::string> last;  // in bulk, a wrong name seldom comes alone
    if (last.first != name) last = {name, Zone::suggest(name)};
    throw Error(Code::validation,
                where + ": expected an IANA zone, got " + json::text(json::value(name)) + last.second);
}

Instant from_of(const std::string& text) {
    if (text.empty()) return std::chrono::system_clock::now();
    if (const auto moment = core::time::parse_rfc3339(text)) return *moment;
    throw Error(
        Code::validation,
        "--from: expected an RFC 3339 time from 1678 to 2261 such as 2026-03-29T00:00:00Z, got \"" + text + "\"");
}

void print(const std::vector<Instant>& fires, const Cron& cron, const Zone& zone, const Options& options) {
    json::array list;
    for (const auto fire : fires) {
        const auto why = cron.why(fire, zone);
        if (options.as_json && options.why)
            list.push_back(json::object{{"at", short_text(fire)}, {"local", in_zone(fire, zone)}, {"why", why}});
        else if (options.as_json)
            list.emplace_back(short_text(fire));
        else
            std::cout << in_zone(fire, zone) << "   " << short_text(fire) << (why.empty() ? "" : "   " + why) << '\n';
    }
    if (options.as_json) std::cout << json::text(json::value(list)) << '\n';
    if (fires.empty()) std::cerr << "no time before the year 2200\n";
}

int preview(const Options& options) {
    try {
        const auto zone = zone_of(options.zone, "--tz");
        const auto from = from_of(options.from);
        const auto cron = Cron::parse(options.expression);
        print(cron.next(from, zone, options.count), cron, zone, options);
        return kExitOk;
    } catch (const CronError& problem) {
        std::cerr << options.expression << '\n'
                  << std::string(problem.problem().column - 1, ' ') << "^ expected " << problem.problem().expected
                  << '\n';
    } catch (const Error& problem) {
        if (problem.code() != Code::validation) throw;
        std::cerr << "nightshift: " << problem.what() << '\n';
    }
    return kExitUsage;
}

json::object refusal(const std::string& why, std::size_t column) {
    return {{"valid", false}, {"error", why}, {"column", column}};
}

/// One line of JSON in, one out, whatever it holds. Column 0: the expression is not what is wrong.
json::object answer(const std::string& line) {
    try {
        auto question = json::parse_object(line);
        core::schema::require(kQuestion, question);
        const auto text = [&](const char* name) {
            const auto* found = question.if_contains(name);
            return found == nullptr ? std::string{} : std::string(found->as_string());
        };
        const auto cron = Cron::parse(text("expression"));
        const auto zone = zone_of(text("tz"), "tz");
        json::array expected;
        for (const auto fire : cron.next(from_of(text("from")), zone, question.at("count").to_number<std::size_t>()))
            expected.emplace_back(short_text(fire));
        return {{"expected", std::move(expected)}};
    } catch (const CronError& problem) {
        return refusal(problem.what(), problem.problem().column);
    } catch (const std::exception& problem) {
        return refusal(problem.what(), 0);
    }
}

/// Answers are flushed when no more questions are at hand: fast in bulk, and a conversation works too.
int next(const Options& options) {
    if (!options.from_stdin) {
        std::cerr << "nightshift: cron next: give --stdin and JSON lines {expression, tz, from, count}\n";
        return kExitUsage;
    }
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    for (std::string line; std::getline(std::cin, line);) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        std::cout << json::text(answer(line)) << '\n';
        if (std::cin.rdbuf()->in_avail() <= 0) std::cout.flush();
    }
    std::cout.flush();
    return std::cout ? kExitOk : kExitFailed;
}

}  // namespace

void add(CLI::App& app, Action& action) {
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("cron", "Try cron rules.")->require_subcommand(1);
    auto* show = command->add_subcommand("preview", "The next times a rule fires: local time and UTC.");
    show->add_option("expression", options->expression, "The rule, in quotes.")->required();
    show->add_option("--tz", options->zone, "IANA time zone.");
    show->add_option("--from", options->from, "RFC 3339 time to start after; now when left out.");
    show->add_option("--count", options->count, "How many.")->check(CLI::Range(std::size_t{1}, kMostFires));
    show->add_flag("--json", options->as_json, "A JSON array of UTC times.");
    show->add_flag("--why", options->why, "With --json: objects {at, local, why} instead, as the lines say it.");
    show->callback([&action, options] { action = [options] { return preview(*options); }; });
    auto* bulk = command->add_subcommand("next", "Answers JSON lines, for bulk checks.");
    bulk->add_flag("--stdin", options->from_stdin, "Read the questions from standard input.");
    bulk->callback([&action, options] { action = [options] { return next(*options); }; });
}

}  // namespace nightshift::daemon::cron
