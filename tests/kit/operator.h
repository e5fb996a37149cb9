// Somebody whom a daemon under test knows: an administrator of kOrganization with an API key.
#pragma once

#include <string>

#include "core/pg/pg.h"

namespace nightshift::tests {

/// The key that `let_operator_in` makes; the same in every database.
inline const std::string kOperatorKey = "nsk_of-the-operator-of-tests";

/// Once a database: the demo's organization and people, roles, and the operator with their key.
void let_operator_in(core::pg::Pool& pool);

}  // namespace nightshift::tests
