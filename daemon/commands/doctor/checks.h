// What `nightshift doctor` looks at. A check says what it found and, unless all is well, what to do about it; it never
// throws for what it looks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/pg/pg.h"
#include "daemon/commands/console/api.h"
#include "daemon/configuration.h"

namespace nightshift::daemon::doctor {

enum class Health : std::uint8_t { good, warning, failure };

struct Finding {
    std::string check;
    Health health = Health::good;
    std::string found;
    std::string remedy = {};
};

using Findings = std::vector<Finding>;

/// The server, the schema, the room for connections, vacuum. False in `is_up`: nothing else of it can be asked.
Findings check_database(core::pg::Pool& pool, const Configuration& configuration, bool& is_up);
/// The engine's rows: workers, backlog, dead groups, the zones of schedules.
Findings check_work(core::pg::Pool& pool);
Findings check_broker(const Configuration& configuration);
Findings check_reports_folder(const Configuration& configuration);
Findings check_api(const console::Connection& connection);
Findings check_mail(const Configuration& configuration);
Findings check_zones();

}  // namespace nightshift::daemon::doctor
