#include "daemon/commands/check.h"

#include <iostream>
#include <memory>

#include "daemon/configuration.h"
#include "domain/deliveries/template.h"

namespace nightshift::daemon::check {

void add(CLI::App& app, Action& action) {
    struct Options {
        std::string config;
        bool print = false, reference = false;
    };
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand(
        "check", "Check a configuration file: exit code 78 and every problem with its place when it is wrong.");
    command->add_option("--config", options->config, "The configuration file.");
    command->add_flag("--print", options->print, "Print what is in force, secrets hidden.");
    command->add_flag("--reference", options->reference, "Print the page of all settings, in Markdown.");
    command->callback([&action, options] {
        action = [options] {
            if (options->reference) {
                std::cout << setting_reference();
                return kExitOk;
            }
            const auto configuration = Configuration::load(configuration_path(options->config));
            domain::deliveries::check_templates();
            if (options->print)
                std::cout << core::json::text(configuration.shown()) << '\n';
            else
                std::cout << configuration.path() << ": good\n";
            return kExitOk;
        };
    });
}

}  // namespace nightshift::daemon::check
