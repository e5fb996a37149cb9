// The inside of the room: one libpqxx connection with its prepared statements.
#pragma once

#include <pqxx/pqxx>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::core::pg {

struct Result::Impl {
    pqxx::result rows;
};

class Session {
public:
    Session(const PoolSettings& settings);
    pqxx::connection& link() { return link_; }
    bool broken() const { return broken_; }
    void mark_broken() { broken_ = true; }
    /// On its first use; the name is the statement's own. From then on a text may run it by its name, too.
    void prepare(const Statement& statement);
    /// Whether plans are made once for all values, or as the server finds best; a message only when that changes.
    void plan_once(bool once);
    bool plans_once() const { return plans_once_; }

private:
    pqxx::connection link_;
    std::unordered_set<std::string_view> prepared_;  // statements are constants: their names outlive us
    bool broken_ = false, plans_once_ = false;
};

/// Runs `work`, turning libpqxx's exceptions into Error and marking the session broken when its link is gone.
[[noreturn]] void translate(Session* session, std::string_view where);

pqxx::result execute(pqxx::transaction_base& tx, Session& session, const Statement& statement,
                     const std::vector<Value>& parameters);

}  // namespace nightshift::core::pg
