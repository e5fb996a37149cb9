// One attempt under way: the Run that a handler sees, and the reasons why it may be asked to stop.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "core/log/context.h"
#include "queue/context.h"
#include "queue/settle.h"

namespace nightshift::queue {

enum class StopReason : std::uint8_t { none, cancelled, timeout, drain, fenced };

class Execution final : public Run {
public:
    Execution(Context& context, Claimed claimed, const Kind& kind);

    const std::string& id() const override { return claimed_.id; }
    const std::string& organization() const override { return claimed_.organization; }
    int epoch() const override { return claimed_.epoch; }
    int attempt() const override { return claimed_.attempt; }
    std::chrono::system_clock::time_point now() const override { return claimed_.started_at; }
    std::stop_token stop() const override { return stop_.get_token(); }
    core::pg::Pool& pool() override { return context_.pool; }
    core::pg::Transaction& transaction() override;
    void progress(double share, std::string_view note) override;
    json::value setting(std::string_view path) const override;

    /// What each line of its log carries.
    void describe(const core::log::Tell& tell) const;

    const Claimed& claimed() const { return claimed_; }
    const Kind& kind() const { return kind_; }
    /// The first reason stands.
    void ask_to_stop(StopReason reason);
    StopReason stopped_for() const { return reason_; }
    std::chrono::steady_clock::time_point deadline() const { return deadline_; }

    bool has_transaction() const { return transaction_.has_value(); }
    /// Finishes the run inside the handler's transaction. False: fenced off, everything is rolled back.
    /// Throws Error(unknown_outcome) when the link broke in the commit.
    bool finish(const json::value& result, std::vector<std::string>& woken);
    void roll_back();

private:
    const std::any* given() const override { return &context_.settings.above; }

    Context& context_;
    Claimed claimed_;
    const Kind& kind_;
    std::stop_source stop_;
    std::atomic<StopReason> reason_{StopReason::none};
    std::chrono::steady_clock::time_point deadline_;
    std::chrono::steady_clock::time_point told_{};
    std::optional<core::pg::Lease> lease_;
    std::optional<core::pg::Transaction> transaction_;
};

}  // namespace nightshift::queue
