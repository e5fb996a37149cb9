#include "queue/execution.h"

#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "queue/sql.h"

namespace nightshift::queue {

Execution::Execution(Context& context, Claimed claimed, const Kind& kind)
    : context_(context),
      claimed_(std::move(claimed)),
      kind_(kind),
      deadline_(std::chrono::steady_clock::now() + claimed_.timeout) {}

void Execution::describe(const core::log::Tell& tell) const {
    tell("run", claimed_.id);
    tell("attempt", std::to_string(claimed_.attempt));
    tell("kind", claimed_.kind);
    tell("queue", claimed_.queue);
    tell("worker", context_.settings.name);
    if (!claimed_.trace_parent.empty()) tell("trace", claimed_.trace_parent);
}

core::pg::Transaction& Execution::transaction() {
    if (!transaction_) {
        lease_.emplace(context_.pool.acquire());
        transaction_.emplace(*lease_,
                             core::pg::Scope{.actor = "run:" + claimed_.id, .organization = claimed_.organization});
    }
    return *transaction_;
}

void Execution::progress(double share, std::string_view note) {
    constexpr std::chrono::milliseconds kAtMostEvery{500};
    const auto now = std::chrono::steady_clock::now();
    if (now - told_ < kAtMostEvery && share < 1) return;
    told_ = now;
    try {
        core::pg::once(context_.quick, sql::progress, claimed_.id, claimed_.epoch, share, note);
    } catch (const std::exception& problem) {  // progress is a courtesy: losing a word of it fails nothing
        core::log::warn("run.progress_lost", {{"run", claimed_.id}, {"error", problem.what()}});
    }
}

json::value Execution::setting(std::string_view path) const {
    return context_.settings.setting ? context_.settings.setting(path) : json::value(nullptr);
}

void Execution::ask_to_stop(StopReason reason) {
    auto none = StopReason::none;
    reason_.compare_exchange_strong(none, reason);
    stop_.request_stop();
}

bool Execution::finish(const json::value& result, std::vector<std::string>& woken) {
    const bool accepted = finish_in(*transaction_, claimed_.id, claimed_.epoch, claimed_.incarnation, result, &woken);
    if (accepted) {
        core::fail_point("finish.before_commit");
        transaction_->commit();
        core::fail_point("finish.after_commit");
    }
    roll_back();
    return accepted;
}

void Execution::roll_back() {
    transaction_.reset();
    lease_.reset();
}

}  // namespace nightshift::queue
