#include "domain/deliveries/standing.h"

#include "domain/deliveries/sql.h"

namespace nightshift::domain::deliveries {

Standing::Standing(core::metrics::Registry& registry)
    : waiting_(registry.gauges("nightshift_deliveries_waiting",
                               "Messages that have not reached anybody yet, counted up to 10000.", {"channel"})),
      left_alone_(registry.gauges("nightshift_destinations_left_alone",
                                  "Servers, domains and addresses that get nothing for a while since they failed.",
                                  {"channel"})) {}

void Standing::sample(core::pg::Pool& pool) const {
    constexpr std::int64_t kMost = 10000;
    const auto rows = core::pg::once(pool, sql::standing, kMost);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        waiting_.with({rows.text(i, 0)}).set(static_cast<double>(rows.number(i, 1)));
        left_alone_.with({rows.text(i, 0)}).set(static_cast<double>(rows.number(i, 2)));
    }
}

}  // namespace nightshift::domain::deliveries
