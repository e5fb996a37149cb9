// A run of a kind that tidies up, without an engine.
#pragma once

#include <optional>
#include <string>

#include "core/time/time.h"
#include "daemon/configuration.h"
#include "queue/kind.h"
#include "tests/kit/database.h"

namespace nightshift::tests {

/// As the engine runs it: in the organization of the fixture, with a transaction of its own.
class MaintenanceRun final : public queue::Run {
public:
    explicit MaintenanceRun(core::pg::Pool& pool, const std::string& yaml = "")
        : pool_(pool), configuration_(daemon::Configuration::from_text(yaml, "test")) {}
    const std::string& id() const override { return id_; }
    const std::string& organization() const override { return kOrganization; }
    int epoch() const override { return 1; }
    int attempt() const override { return 1; }
    std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
    std::stop_token stop() const override { return {}; }
    core::pg::Pool& pool() override { return pool_; }
    core::pg::Transaction& transaction() override {
        if (!transaction_) {
            lease_.emplace(pool_.acquire());
            transaction_.emplace(*lease_);
        }
        return *transaction_;
    }
    void progress(double, std::string_view) override {}
    core::json::value setting(std::string_view path) const override { return configuration_.at(path); }

    core::json::object result(const queue::Kind& kind, core::json::object args) {
        core::schema::require(kind.args, args, "args");
        const auto outcome = kind.body(args, *this);
        if (transaction_) transaction_->commit();
        transaction_.reset();
        lease_.reset();
        return std::get<queue::Done>(outcome).result.as_object();
    }

private:
    core::pg::Pool& pool_;
    daemon::Configuration configuration_;
    std::string id_ = core::time::uuid7();
    std::optional<core::pg::Lease> lease_;
    std::optional<core::pg::Transaction> transaction_;
};

}  // namespace nightshift::tests
