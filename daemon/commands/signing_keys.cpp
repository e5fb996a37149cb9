#include "daemon/commands/signing_keys.h"

#include <iostream>
#include <memory>

#include "core/pg/pg.h"
#include "daemon/configuration.h"
#include "domain/identity/gate.h"
#include "domain/identity/sql.h"

namespace nightshift::daemon::signing_keys {
namespace {

int list_keys(core::pg::Pool& pool) {
    const auto rows = core::pg::once(pool, domain::identity::sql::signing_key_list);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::cout << rows.text(i, 0) << "   since " << rows.text(i, 1)
                  << (rows.is_null(i, 2) ? "   signs" : "   verifies until " + std::string(rows.text(i, 2))) << '\n';
    return kExitOk;
}

int rotate(core::pg::Pool& pool, const Configuration& configuration) {
    domain::identity::Gate gate(
        pool, {.access = std::chrono::duration_cast<std::chrono::seconds>(configuration.span("auth.access_token"))},
        [] { return std::chrono::system_clock::now(); });
    gate.rotate();
    return list_keys(pool);
}

}  // namespace

void add(CLI::App& app, Action& action) {
    const auto path = std::make_shared<std::string>();
    auto* command = app.add_subcommand("signing-keys", "The keys that access tokens are signed with.");
    command->add_option("--config", *path, "The configuration file.");
    command->require_subcommand(1);
    const auto with_database = [&action, path](auto work) {
        return [&action, path, work] {
            action = [path, work] {
                const auto configuration = Configuration::load(configuration_path(*path));
                core::pg::Pool pool(
                    {.url = configuration.text("database.url"), .size = 1, .name = "nightshift-signing-keys"});
                return work(pool, configuration);
            };
        };
    };
    command->add_subcommand("list", "Which signs, and until when the others verify.")
        ->fallthrough()
        ->callback(with_database([](core::pg::Pool& pool, const Configuration&) { return list_keys(pool); }));
    command->add_subcommand("rotate", "A new key signs; what the old ones signed is known until it has expired.")
        ->fallthrough()
        ->callback(with_database(
            [](core::pg::Pool& pool, const Configuration& configuration) { return rotate(pool, configuration); }));
}

}  // namespace nightshift::daemon::signing_keys
