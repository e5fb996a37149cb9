#include "daemon/commands/api_keys.h"

#include <iostream>
#include <memory>

#include "core/error/error.h"
#include "core/pg/pg.h"
#include "core/time/time.h"
#include "daemon/configuration.h"
#include "domain/identity/gate.h"
#include "domain/identity/roles.h"
#include "domain/identity/sql.h"

namespace nightshift::daemon::api_keys {
namespace {

struct Options {
    std::string config, user, name, expires;
    std::vector<std::string> permissions;
};

/// Who has the database needs no permission: this is how the first key comes to be.
int make(const Options& options) {
    for (const auto& one : options.permissions)
        if (const auto problem = domain::identity::permission_problem(one); !problem.empty())
            throw core::Error(core::Code::validation, "--permission: " + problem);
    if (!options.expires.empty() && !core::time::parse_rfc3339(options.expires))
        throw core::Error(core::Code::validation,
                          "--expires: expected a time like 2030-01-01T00:00:00Z, got \"" + options.expires + "\"");
    const auto configuration = Configuration::load(configuration_path(options.config));
    core::pg::Pool pool({.url = configuration.text("database.url"), .size = 1, .name = "nightshift-api-keys"});
    const auto rows = core::pg::once(pool, domain::identity::sql::login_find, options.user);
    if (rows.empty() || !rows.flag(0, 2))
        throw core::Error(core::Code::not_found, "--user: nobody active has the address \"" + options.user + "\"");
    domain::identity::Gate gate(pool, {}, [] { return std::chrono::system_clock::now(); });
    std::cout << gate.make_key(std::string(rows.text(0, 3)), std::string(rows.text(0, 0)), options.name,
                               options.permissions, options.expires)
              << '\n';
    return kExitOk;
}

}  // namespace

void add(CLI::App& app, Action& action) {
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("api-keys", "Keys for machines, straight in the database.");
    command->require_subcommand(1);
    auto* maker = command->add_subcommand("make", "Make one and print it: the only time that it is shown.");
    maker->add_option("--config", options->config, "The configuration file.");
    maker->add_option("--user", options->user, "Whose it is, by e-mail address.")->required();
    maker->add_option("--name", options->name, "What it is for.")->required();
    maker->add_option("--permission", options->permissions,
                      "All it may: job.view:own ...; without, all its person may.");
    maker->add_option("--expires", options->expires, "Until when it is good; without, for ever.");
    maker->callback([&action, options] { action = [options] { return make(*options); }; });
}

}  // namespace nightshift::daemon::api_keys
