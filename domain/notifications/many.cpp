#include "domain/notifications/many.h"

#include <set>

#include "core/text/list.h"
#include "domain/notifications/sql.h"

namespace nightshift::domain::notifications {

void Many::add(std::string_view people, const std::string& title, const std::string& body, const std::string& job) {
    std::set<std::string_view> told;
    core::text::each_part(people, [&](std::string_view one) {
        if (!told.insert(one).second) return;
        people_.emplace_back(one);
        titles_.push_back(title);
        bodies_.push_back(body);
        jobs_.push_back(job);
    });
}

void Many::tell(core::pg::Transaction& tx, const std::string& organization, std::string_view type) const {
    if (!people_.empty()) tx.run(sql::tell_many, organization, type, people_, titles_, bodies_, jobs_);
}

}  // namespace nightshift::domain::notifications
