#include "tests/kit/operator.h"

#include "core/secret/secret.h"
#include "core/time/time.h"
#include "domain/demo/sql.h"
#include "domain/identity/roles.h"
#include "domain/identity/sql.h"
#include "tests/kit/database.h"

namespace nightshift::tests {

void let_operator_in(core::pg::Pool& pool) {
    namespace sql = domain::identity::sql;
    const auto user = core::time::uuid7();
    auto lease = pool.acquire();
    core::pg::Transaction tx(lease);
    tx.run(domain::demo::sql::seed_organization, kOrganization);
    for (const auto& role : domain::identity::builtin_roles())
        tx.run(sql::role_ensure, kOrganization, role.name, role.title, role.permissions);
    tx.execute("insert into app_user (id, organization_id, email, name) values ('" + user + "', '" + kOrganization +
               "', 'operator@example.org', 'Operator')");
    tx.run(sql::membership_set, kOrganization, user, "admin");
    tx.run(sql::key_create, core::time::uuid7(), kOrganization, user, "tests", core::secret::digest(kOperatorKey), "",
           "");
    tx.commit();
}

}  // namespace nightshift::tests
