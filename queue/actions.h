// What people do to runs. Every action leaves an event with actor and reason.
#pragma once

#include <string>

#include "core/pg/pg.h"
#include "queue/submit.h"

namespace nightshift::queue {

/// True: it runs and was asked to stop. False: it had not started and is cancelled now.
/// Throws Error(not_found), or Error(conflict) when it ended already.
bool cancel(core::pg::Transaction& tx, const std::string& id, const std::string& organization, const std::string& actor,
            const std::string& reason);

/// A new run like the ended one, linked to it. Throws Error(not_found), or Error(conflict) while it lives.
Submitted retry(core::pg::Transaction& tx, const std::string& id, const std::string& organization,
                const std::string& actor);

}  // namespace nightshift::queue
