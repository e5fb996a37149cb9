#include "api/runs/ownership.h"

#include <algorithm>

#include "core/error/error.h"
#include "domain/identity/sql.h"
#include "queue/sql.h"

namespace nightshift::api::runs {

using core::Code;
using core::Error;
using kit::Reach;
namespace json = core::json;

std::optional<std::vector<std::string>> owners_in_reach(core::pg::Transaction& tx, const kit::Caller& caller,
                                                        std::string_view permission) {
    const auto reach = caller.reach(permission);
    if (reach == Reach::all) return std::nullopt;
    if (reach != Reach::team) return std::vector{caller.user};
    std::vector<std::string> people;
    const auto rows = tx.run(domain::identity::sql::people_led, caller.organization, caller.user);
    for (std::size_t i = 0; i < rows.size(); ++i) people.emplace_back(rows.text(i, 0));
    return people;
}

void require_in_reach(core::pg::Transaction& tx, const kit::Caller& caller, std::string_view permission,
                      const std::string& id) {
    const auto owners = owners_in_reach(tx, caller, permission);
    if (owners && tx.run(queue::sql::run_owned_by, id, caller.organization, *owners).empty())
        throw Error(Code::not_found, "no such run: " + id);
}

void require_open(const kit::Services& services, const kit::Caller& caller, const json::object& submission) {
    if (caller.reach("runs.submit") == Reach::all) return;
    const auto open = services.setting("runs.open_kinds");
    const auto& kind = submission.at("kind");
    if (!open.is_array() || std::ranges::find(open.as_array(), kind) == open.as_array().end())
        throw Error(Code::forbidden, "kind: " + std::string(kind.as_string()) +
                                         " is for who may submit runs for all; runs.open_kinds lists what is for you");
    for (const auto* field : {"queue", "priority", "unique_key", "concurrency_key", "after"})
        if (submission.contains(field))
            throw Error(Code::forbidden,
                        std::string(field) + ": decides over the runs of others too; it is for who may submit for all");
}

}  // namespace nightshift::api::runs
