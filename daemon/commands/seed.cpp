#include "daemon/commands/seed.h"

#include <iostream>
#include <memory>

#include "core/error/error.h"
#include "core/pg/pg.h"
#include "core/secret/secret.h"
#include "daemon/configuration.h"
#include "domain/demo/sql.h"
#include "domain/identity/roles.h"
#include "domain/identity/sql.h"
#include "domain/organization/demo.h"

namespace nightshift::daemon::seed {

void add(CLI::App& app, Action& action) {
    struct Options {
        std::string config;
        int jobs = 10000;
        bool demo = false;
    };
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("seed", "Fill the database with the demo's organization, people and jobs.");
    command->add_option("--config", options->config, "The configuration file.");
    command->add_option("--jobs", options->jobs, "How many jobs.")->check(CLI::Range(1, 10'000'000));
    command->add_flag("--demo", options->demo, "The demo's data.")->required();
    command->callback([&action, options] {
        action = [options] {
            const auto configuration = Configuration::load(configuration_path(options->config));
            if (configuration.text("environment") == "production")
                throw core::Error(core::Code::configuration, "environment: production takes no demo data");
            core::pg::Pool pool({.url = configuration.text("database.url"),
                                 .size = 1,
                                 .statement_timeout = std::chrono::minutes(10),
                                 .name = "nightshift-seed"});
            auto lease = pool.acquire();
            core::pg::Transaction tx(lease);
            tx.run(domain::demo::sql::seed_organization, domain::organization::kDemoOrganization);
            for (const auto& role : domain::identity::builtin_roles())
                tx.run(domain::identity::sql::role_ensure, domain::organization::kDemoOrganization, role.name,
                       role.title, role.permissions);
            tx.run(domain::demo::sql::seed_logins, domain::organization::kDemoOrganization,
                   core::secret::hash_password("demo123"));
            const auto jobs =
                tx.run(domain::demo::sql::seed_jobs, domain::organization::kDemoOrganization, options->jobs).affected();
            tx.run(domain::demo::sql::seed_noticed, domain::organization::kDemoOrganization);
            if (jobs > 0) tx.run(domain::demo::sql::seed_schedules, domain::organization::kDemoOrganization);
            tx.commit();
            std::cout << (jobs == 0 ? std::string("the demo's data is there already")
                                    : "seeded " + std::to_string(jobs) + " jobs")
                      << '\n';
            return kExitOk;
        };
    });
}

}  // namespace nightshift::daemon::seed
