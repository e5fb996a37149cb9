#include "queue/actions.h"

#include "core/error/error.h"
#include "queue/sql.h"

namespace nightshift::queue {

using core::Code;
using core::Error;
using core::pg::Transaction;

bool cancel(Transaction& tx, const std::string& id, const std::string& organization, const std::string& actor,
            const std::string& reason) {
    const auto ended = tx.run(sql::cancel_waiting, id, organization, actor, reason);
    if (!ended.empty()) {
        if (ended.flag(0, 0)) tx.run(sql::dependency_abandon, std::vector<std::string>{id});
        return false;
    }
    if (!tx.run(sql::cancel_running, id, organization, actor, reason).empty()) return true;
    if (tx.run(sql::run_archived, id, organization).empty()) throw Error(Code::not_found, "no such run: " + id);
    throw Error(Code::conflict, "the run " + id + " has ended; there is nothing to cancel");
}

Submitted retry(Transaction& tx, const std::string& id, const std::string& organization, const std::string& actor) {
    const auto rows = tx.run(sql::run_archived, id, organization);
    if (rows.empty()) {
        if (tx.run(sql::run_is_live_in, id, organization).empty()) throw Error(Code::not_found, "no such run: " + id);
        throw Error(Code::conflict, "the run " + id + " has not ended; cancel it first");
    }
    if (const auto state = rows.text(0, 5); state == "succeeded" || state == "skipped")
        throw Error(Code::conflict, "the run " + id + " is " + std::string(state) + "; there is nothing to try again");
    Submission again;
    again.kind = rows.text(0, 0);
    again.queue = std::string(rows.text(0, 1));
    again.priority = static_cast<int>(rows.number(0, 2));
    again.max_attempts = static_cast<int>(rows.number(0, 3));
    again.args = core::json::parse_object(rows.text(0, 4));
    if (rows.number(0, 6) > 0) again.timeout = std::chrono::milliseconds(rows.number(0, 6));
    again.concurrency_key = rows.text(0, 7);
    again.owner = rows.text(0, 8);
    again.organization = organization;
    again.redriven_from = id;
    again.origin = "redrive";
    auto made = submit(tx, again);
    tx.run(sql::event, id, actor, "redriven", core::json::text(core::json::object{{"to", made.id}}));
    return made;
}

}  // namespace nightshift::queue
