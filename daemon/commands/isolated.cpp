#include "daemon/commands/isolated.h"

#include "kinds.h"
#include "queue/isolation.h"
#include "queue/kinds.h"

namespace nightshift::daemon::isolated {

void add(CLI::App& app, Action& action) {
    app.add_subcommand("run-isolated")->group("")->callback([&action] {
        action = [] {
            queue::register_kinds(generated::kinds, true);
            return queue::isolated_main();
        };
    });
}

}  // namespace nightshift::daemon::isolated
