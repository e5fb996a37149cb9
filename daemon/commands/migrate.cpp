#include "daemon/commands/migrate.h"

#include <iostream>
#include <memory>

#include "core/pg/migrate.h"
#include "daemon/configuration.h"
#include "migrations.h"
#include "views.h"

namespace nightshift::daemon::migrate {

void add(CLI::App& app, Action& action) {
    const auto config = std::make_shared<std::string>();
    auto* command = app.add_subcommand("migrate", "Bring the database's schema up to date.");
    command->add_option("--config", *config, "The configuration file.");
    command->callback([&action, config] {
        action = [config] {
            const auto configuration = Configuration::load(configuration_path(*config));
            const auto done =
                core::pg::migrate(configuration.text("database.url"), generated::migrations, generated::views);
            for (const auto& name : done) std::cout << "applied " << name << '\n';
            if (done.empty()) std::cout << "the schema is up to date\n";
            return kExitOk;
        };
    });
}

}  // namespace nightshift::daemon::migrate
