// What a policy would have meant: the same measure, over jobs that were made before there was one.
#include <array>
#include <cmath>

#include "core/time/time.h"
#include "domain/sla/clocks.h"
#include "domain/sla/sql.h"

namespace nightshift::domain::sla {
namespace {

namespace json = core::json;
using core::pg::Value;

constexpr std::size_t kPageOfJobs = 500, kWorst = 20;

struct Tally {
    std::uint64_t met = 0, breached = 0, running = 0, paused = 0, cancelled = 0;
    Span used{};
    std::uint64_t finished = 0;

    void add(const Measured& clock) {
        ++(clock.cancelled  ? cancelled
           : clock.breached ? breached
           : clock.stopped  ? met
           : clock.paused   ? paused
                            : running);
        if (!clock.stopped) return;
        ++finished;
        used += clock.used;
    }
    json::object shown() const {
        const auto judged = met + breached;
        const auto rounded = [](double number) { return std::round(number * 10) / 10; };
        return {{"met", met},
                {"breached", breached},
                {"running", running},
                {"paused", paused},
                {"cancelled", cancelled},
                {"met_percent",
                 judged == 0 ? json::value(nullptr)
                             : json::value(rounded(100.0 * static_cast<double>(met) / static_cast<double>(judged)))},
                {"average_seconds", finished == 0 ? json::value(nullptr)
                                                  : json::value(rounded(std::chrono::duration<double>(used).count() /
                                                                        static_cast<double>(finished)))}};
    }
};

class Simulation {
public:
    Simulation(const Promises& promises, const Policy& policy) : promises_(promises), policy_(policy) {}
    void add(const Subject& job, Instant now) {
        ++jobs_;
        const auto facts = promises_.facts(job, policy_);
        for (std::size_t i = 0; i < std::size(kMetrics); ++i) {
            const auto budget = policy_.budget(kMetrics[i]);
            if (!budget) continue;
            const auto clock = measure(kMetrics[i], facts, promises_.terms(policy_, *budget), now);
            tallies_[i].add(clock);
            if (clock.breached && late_.size() < kWorst)
                late_.push_back(json::object{{"job_id", job.id},
                                             {"key", job.key},
                                             {"metric", name_of(kMetrics[i])},
                                             {"due_at", core::time::rfc3339(*clock.breached)}});
        }
    }
    std::size_t jobs() const { return jobs_; }
    json::object shown(bool is_whole) const {
        json::object all{{"jobs", jobs_}, {"is_whole", is_whole}};
        for (std::size_t i = 0; i < std::size(kMetrics); ++i)
            all[name_of(kMetrics[i])] =
                policy_.budget(kMetrics[i]) ? json::value(tallies_[i].shown()) : json::value(nullptr);
        all["late"] = late_;
        return all;
    }

private:
    const Promises& promises_;
    const Policy& policy_;
    std::size_t jobs_ = 0;
    std::array<Tally, 2> tallies_;
    json::array late_;
};

Value any_or(const std::string& id) {
    return id.empty() ? Value(nullptr) : Value(id);
}

}  // namespace

json::object simulate(core::pg::Transaction& tx, const std::string& organization, const std::string& policy_id,
                      Instant from, Instant to, std::size_t most) {
    const Promises promises(tx, organization, policy_id);
    if (promises.all().empty()) throw core::Error(core::Code::not_found, "no such policy: " + policy_id);
    const auto& policy = promises.all().front();
    Simulation simulation(promises, policy);
    Value after(from);
    Value after_id("00000000-0000-0000-0000-000000000000");
    for (;;) {
        const auto wanted = std::min(kPageOfJobs, most - simulation.jobs());
        const auto page = tx.run(sql::candidates, organization, from, to, any_or(policy.job_type),
                                 any_or(policy.job_priority), any_or(policy.department), after, after_id, wanted);
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < page.size(); ++i) ids.emplace_back(page.text(i, 0));
        if (!ids.empty()) {
            after = Value(std::string(page.text(page.size() - 1, 1)));
            after_id = Value(ids.back());
            for (const auto& job : subjects(tx, organization, ids)) simulation.add(job, to);
        }
        if (ids.size() < wanted) return simulation.shown(true);
        if (simulation.jobs() < most) continue;
        const auto more = tx.run(sql::candidates, organization, from, to, any_or(policy.job_type),
                                 any_or(policy.job_priority), any_or(policy.department), after, after_id, 1);
        return simulation.shown(more.empty());
    }
}

}  // namespace nightshift::domain::sla
