// A run for calling a handler without an engine: it has settings and a stop, and a database where one is given.
#pragma once

#include <stdexcept>

#include "daemon/configuration.h"
#include "queue/kind.h"

namespace nightshift::tests {

class FakeRun final : public queue::Run {
public:
    explicit FakeRun(const std::string& yaml, core::pg::Pool* pool = nullptr)
        : configuration_(daemon::Configuration::from_text(yaml, "test")), pool_(pool) {}
    const std::string& id() const override { return id_; }
    const std::string& organization() const override { return id_; }
    int epoch() const override { return 1; }
    int attempt() const override { return 1; }
    std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
    std::stop_token stop() const override { return source.get_token(); }
    core::pg::Pool& pool() override {
        if (pool_ == nullptr) throw std::logic_error("this run has no database");
        return *pool_;
    }
    core::pg::Transaction& transaction() override { throw std::logic_error("this run has no database"); }
    void progress(double, std::string_view) override {}
    core::json::value setting(std::string_view path) const override { return configuration_.at(path); }

    /// What the engine does: checks the arguments, fills what was left out, calls the handler.
    queue::Outcome work(const queue::Kind& kind, core::json::object args) {
        core::schema::require(kind.args, args, "args");
        return kind.body(args, *this);
    }
    std::stop_source source;

private:
    daemon::Configuration configuration_;
    core::pg::Pool* pool_;
    std::string id_ = "0190d1a0-0000-7000-8000-0000000000aa";
};

}  // namespace nightshift::tests
