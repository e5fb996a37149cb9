#include "workers/reports/subscription.h"

#include "domain/reports/subscriptions.h"

namespace nightshift::workers::reports::subscription {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    const auto turn = domain::reports::take_turn(run.transaction(), std::string(args.at("subscription_id").as_string()),
                                                 run.organization(), run.now());
    if (!turn.problem.empty()) return queue::Done{{{"skipped", turn.problem}}};
    core::json::array reports;
    for (const auto& id : turn.reports) reports.emplace_back(id);
    return queue::Done{{{"reports", std::move(reports)}, {"refused", turn.refused}}};
}

}  // namespace nightshift::workers::reports::subscription
