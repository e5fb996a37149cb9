// Many notifications in one statement: for sweeps, which tell a thousand people of a thousand things.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::domain::notifications {

/// People are given as ids with commas between; each hears once of each thing.
class Many {
public:
    void add(std::string_view people, const std::string& title, const std::string& body, const std::string& job);
    /// Writes them all as notifications of this type; those who don't want to be told of it are not.
    void tell(core::pg::Transaction& tx, const std::string& organization, std::string_view type) const;
    std::size_t size() const { return people_.size(); }

private:
    std::vector<std::string> people_, titles_, bodies_, jobs_;
};

}  // namespace nightshift::domain::notifications
