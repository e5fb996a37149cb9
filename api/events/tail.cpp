#include "api/events/tail.h"

#include "core/log/log.h"
#include "domain/events/sql.h"

namespace nightshift::api::events {
namespace {

namespace sql = domain::events::sql;
constexpr std::chrono::seconds kPatience{30};  // with a transaction that wrote an event and does not end
constexpr int kBatch = 500;

}  // namespace

Event event_in(const core::pg::Result& rows, std::size_t row) {
    const auto text = [&](std::size_t column) { return std::string(rows.text(row, column)); };
    return {rows.number(row, 0), text(1), text(2), text(3), text(4), text(5), text(6)};
}

Tail::Writers Tail::writers() const {
    const auto rows = core::pg::once(pool_, sql::writers);
    Writers found;
    for (std::size_t i = 0; i < rows.size(); ++i) found.emplace(rows.text(i, 0));
    return found;
}

bool Tail::has_waited_too_long() {
    if (std::chrono::steady_clock::now() - since_ < kPatience) return false;
    core::log::warn("events.skipped", {{"reason", "a transaction that wrote an event has not ended for long"}});
    return true;
}

bool Tail::are_gone() {
    auto now = writers();
    if (!waited_for_) {
        since_ = std::chrono::steady_clock::now();
        waited_for_ = std::move(now);
    } else {
        std::erase_if(*waited_for_, [&](const auto& one) { return !now.contains(one); });
    }
    return waited_for_->empty() || has_waited_too_long();
}

bool Tail::begin() {
    if (!beginning_) beginning_ = core::pg::once(pool_, sql::last_given).number(0, 0);
    if (!are_gone()) return false;
    cursor_ = beginning_;
    beginning_.reset();
    waited_for_.reset();
    return true;
}

void Tail::forget() {
    cursor_.reset();
    beginning_.reset();
    bound_.reset();
    waited_for_.reset();
}

std::vector<Event> Tail::next() {
    // Who writes is asked before what is there: a writer that is gone by then has left all it wrote.
    const bool is_proven = bound_ && are_gone();
    const auto rows = core::pg::once(pool_, sql::read, *cursor_, kBatch);
    std::vector<Event> events;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto id = rows.number(i, 0);
        if (id != *cursor_ + 1 && !(is_proven && id <= *bound_)) break;
        events.push_back(event_in(rows, i));
        cursor_ = id;
    }
    const bool is_missing = events.size() < rows.size();
    if (is_proven || !is_missing) {
        bound_.reset();
        waited_for_.reset();
    }
    if (is_missing && !bound_) bound_ = rows.number(rows.size() - 1, 0);
    return events;
}

}  // namespace nightshift::api::events
