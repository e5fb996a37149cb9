#include "daemon/commands/doctor.h"

#include <algorithm>
#include <iostream>
#include <memory>

#include "core/error/error.h"
#include "daemon/commands/console/group.h"
#include "daemon/commands/console/show.h"
#include "daemon/commands/doctor/checks.h"

namespace nightshift::daemon::doctor {
namespace {

namespace json = core::json;

struct Options {
    console::Connection connection;
};

const char* name_of(Health health) {
    return health == Health::good ? "good" : health == Health::warning ? "warning" : "failure";
}

void append(Findings& all, Findings more) {
    std::ranges::move(more, std::back_inserter(all));
}

void examine(const Configuration& configuration, Findings& all) {
    core::pg::Pool pool({.url = configuration.text("database.url"),
                         .size = 1,
                         .wait = std::chrono::seconds(5),
                         .statement_timeout = std::chrono::seconds(10),
                         .name = "nightshift-doctor"});
    bool is_up = false;
    append(all, check_database(pool, configuration, is_up));
    if (is_up) append(all, check_work(pool));
    append(all, check_broker(configuration));
    append(all, check_reports_folder(configuration));
    append(all, check_mail(configuration));
}

Findings examine(const Options& options) {
    Findings all;
    const auto path = configuration_path(options.connection.config);
    try {
        const auto configuration = Configuration::load(path);
        all.push_back({"configuration", Health::good, path});
        examine(configuration, all);
    } catch (const core::Error& problem) {
        all.push_back(
            {"configuration", Health::failure, problem.what(), "correct it; nightshift check --config says the same"});
    }
    append(all, check_api(options.connection));
    append(all, check_zones());
    return all;
}

void print(const Findings& all) {
    for (const auto& finding : all) {
        std::string check = finding.check;
        check.resize(std::max<std::size_t>(check.size(), 15), ' ');
        std::string health = name_of(finding.health);
        health.resize(8, ' ');
        std::cout << health << check << console::printable(finding.found) << '\n';
        if (!finding.remedy.empty())
            std::cout << std::string(23, ' ') << "-> " << console::printable(finding.remedy) << '\n';
    }
}

void print_as_json(const Findings& all, bool is_well) {
    json::array findings;
    for (const auto& finding : all)
        findings.emplace_back(json::object{{"check", finding.check},
                                           {"health", name_of(finding.health)},
                                           {"found", finding.found},
                                           {"remedy", finding.remedy}});
    console::print_json(json::object{{"is_well", is_well}, {"findings", std::move(findings)}});
}

int run(const Options& options) {
    const auto all = examine(options);
    const auto count = [&](Health health) { return std::ranges::count(all, health, &Finding::health); };
    const bool is_well = count(Health::good) == static_cast<std::ptrdiff_t>(all.size());
    if (options.connection.as_json) {
        print_as_json(all, is_well);
    } else {
        print(all);
        std::cout << (is_well ? std::string("all is well")
                              : std::to_string(count(Health::failure)) + " failures, " +
                                    std::to_string(count(Health::warning)) + " warnings")
                  << '\n';
    }
    return is_well ? kExitOk : kExitFailed;
}

}  // namespace

void add(CLI::App& app, Action& action) {
    const auto options = std::make_shared<Options>();
    console::add_command<Options>(
        app, action, "doctor",
        "Examine everything the daemon needs; says what is wrong and what to do. Exit code 1 then.", options, run);
}

}  // namespace nightshift::daemon::doctor
