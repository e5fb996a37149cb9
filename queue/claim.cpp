#include "queue/claim.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "core/error/fail_point.h"
#include "queue/sql.h"

namespace nightshift::queue {
namespace {

struct Columns {
    std::vector<std::string> ids;  // in order
    std::vector<std::int64_t> epochs;
};

Columns columns_of(std::vector<Hint::Item> items) {
    std::ranges::sort(items, {}, [](const Hint::Item& item) { return std::tie(item.run, item.epoch); });
    Columns columns;
    for (const auto& item : items) {
        columns.ids.push_back(item.run);
        columns.epochs.push_back(item.epoch);
    }
    return columns;
}

/// What is hinted first is to start first.
void put_in_order(std::vector<Claimed>& claimed, const std::vector<Hint::Item>& items) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < items.size(); ++i) places.emplace(items[i].run, i);
    std::ranges::sort(claimed, {}, [&](const Claimed& run) { return places.at(run.id); });
}

}  // namespace

std::vector<Claimed> claim(core::pg::Pool& pool, const std::vector<Hint::Item>& items, const std::string& incarnation) {
    if (items.empty()) return {};
    const auto columns = columns_of(items);
    core::fail_point("claim.before_commit");
    const auto rows = core::pg::once(pool, sql::claim, columns.ids, columns.epochs, incarnation);
    core::fail_point("claim.after_commit");
    auto claimed = claimed_of(rows, incarnation);
    put_in_order(claimed, items);
    return claimed;
}

std::vector<Claimed> claimed_of(const core::pg::Result& rows, const std::string& incarnation) {
    std::vector<Claimed> claimed;
    claimed.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto text = [&](std::size_t column) { return std::string(rows.text(i, column)); };
        const auto number = [&](std::size_t column) { return static_cast<int>(rows.number(i, column)); };
        claimed.push_back({.id = text(0),
                           .organization = text(2),
                           .kind = text(5),
                           .queue = text(6),
                           .args = text(12),
                           .trace_parent = text(13),
                           .incarnation = incarnation,
                           .epoch = number(1),
                           .attempt = number(7),
                           .max_attempts = number(8),
                           .crashes = number(9),
                           .timeout = std::chrono::milliseconds(rows.number(i, 10)),
                           .started_at = rows.time(i, 11),
                           .waited = rows.real(i, 14)});
    }
    return claimed;
}

void unclaim(core::pg::Pool& pool, const std::vector<Hint::Item>& items) {
    if (items.empty()) return;
    const auto columns = columns_of(items);
    core::pg::once(pool, sql::unclaim, columns.ids, columns.epochs);
}

}  // namespace nightshift::queue
