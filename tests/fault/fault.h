// What every fault test starts from: a database and a queue of its own, the program as real processes, and the question
// that ends it: is everything sound?
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/time/time.h"
#include "queue/submit.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"
#include "tests/kit/program.h"

namespace nightshift::tests {

using namespace std::chrono_literals;
using core::json::object;

class Fault : public testing::Test {
protected:
    Fault() : Fault(test_setting("NIGHTSHIFT_TEST_DATABASE_URL")) {}
    explicit Fault(const std::string& server);
    ~Fault() override;

    ProgramSettings settings() const;
    std::unique_ptr<Program> start(ProgramSettings with) const;
    std::unique_ptr<Program> start() const { return start(settings()); }

    queue::Submission submission(std::string kind, object args = {}) const;
    /// In one transaction of the test's own; remembered for sound().
    std::vector<std::string> submit(const std::vector<queue::Submission>& submissions);
    std::string submit(std::string kind, object args = {}) {
        return submit({submission(std::move(kind), std::move(args))}).front();
    }
    std::vector<std::string> submit_effects(std::size_t count, double seconds = 0);
    void schedule_each_second();

    std::string state(const std::string& id) {
        return database.one("select state from api.run where id = '" + id + "'");
    }
    bool becomes(const std::string& id, const std::string& wanted, std::chrono::milliseconds limit = 20s) {
        return eventually([&] { return state(id) == wanted; }, limit);
    }
    /// Nothing lives any more; schedules are paused first.
    bool all_ended(std::chrono::milliseconds limit = 30s);
    /// The lease of a process that is gone runs out now instead of when its time comes.
    void expire_lease_of(const Program& program);
    /// Everything submitted ended once, every effect was applied once, and no invariant is hurt.
    testing::AssertionResult sound();

    Database database;
    std::string queue_name = "t" + core::time::uuid7();
    std::string broker_url = test_setting("NIGHTSHIFT_TEST_AMQP_URL");
    std::vector<std::string> submitted;
};

}  // namespace nightshift::tests
