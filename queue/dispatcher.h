// Admits ready runs late and hints them: only as many as will be claimed within about a second, so that priority,
// turns, limits, pause and cancel are decided at the last moment, in PostgreSQL. Several dispatchers may run; row locks
// and the queue's advisory lock keep them exact.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/pg/pg.h"
#include "queue/frontier.h"
#include "queue/lanes.h"
#include "queue/metrics.h"
#include "queue/settle.h"
#include "queue/transport/transport.h"

namespace nightshift::queue {

class Dispatcher {
public:
    struct Settings {
        std::vector<std::string> queues;
        std::chrono::milliseconds rehint{10000};
    };
    /// `quick`: a pool whose commits may be lost in a crash of PostgreSQL: an admission that is lost is made again.
    /// `broker` may be null: then `fallback` is the transport.
    Dispatcher(core::pg::Pool& quick, Settings settings, Transport* broker, Transport& fallback,
               Metrics* metrics = nullptr);

    /// One turn over all queues; returns how long to rest.
    std::chrono::milliseconds run_once();
    /// A worker of this very process that may take runs without a hint.
    struct Neighbour {
        /// How many of its slots idle; none while it may not claim.
        std::function<std::size_t()> idle;
        /// Claims admitted runs. False: it could not, hint them.
        std::function<bool(const std::vector<Hint::Item>&)> take;
        /// Whose runs those are that are claimed for it as they are admitted, and their handing over.
        std::function<std::string()> incarnation;
        std::function<void(std::vector<Claimed>)> give;
    };
    void know(Neighbour neighbour) { neighbour_ = std::move(neighbour); }
    /// Something was committed ready in these queues ("*": any).
    void notice(const std::vector<std::string>& queues);
    bool broker_up() const { return broker_up_; }

private:
    using Steady = std::chrono::steady_clock::time_point;
    struct Queue {
        Lanes lanes;
        bool paused = false, limited = false, keyed = false;
        bool busy = false;        ///< the last turn left something behind
        std::size_t budget = 16;  ///< grows while workers keep up, shrinks when hints pile up
        std::chrono::steady_clock::time_point grown_at{}, looked_back_at{};
    };
    struct Admitted {
        std::vector<Hint::Item> items;
        std::size_t asked = 0;
    };

    std::string a_while_ago() const;
    bool may_walk(std::chrono::steady_clock::duration since, std::chrono::steady_clock::duration rest) const;
    void probe(Steady now, std::set<std::string>& due);
    static void advance(Queue& queue, const core::pg::Result& rows);
    core::pg::Result admit_for(const std::string& incarnation, const std::string& name, Queue& queue, std::size_t most);

    std::set<std::string> take_noticed();
    void refresh(Steady now);
    bool learn_lanes();
    void step_back(Steady now);
    bool look_back(Queue& queue, Steady now);
    bool serve(const std::string& name, Queue& queue);
    Admitted admit(const std::string& name, Queue& queue, std::size_t budget);
    static void grow(Queue& queue, bool all_taken);
    bool take_next_door(const std::string& name, Queue& queue);
    std::size_t admit_next_door(const std::string& name, Queue& queue, std::size_t most);
    Admitted admit_free(const std::string& name, Queue& queue, std::size_t budget);
    Admitted admit_limited(const std::string& name, Queue& queue, std::size_t budget);
    void publish(const std::string& name, const std::vector<Hint::Item>& items);
    void rehint();
    void keep_link();
    std::size_t backlog(const std::string& name);
    Publisher& publisher();
    void lose_broker(const std::exception& problem);

    core::pg::Pool& quick_;
    Settings settings_;
    Transport* broker_;
    Transport& fallback_;
    Neighbour neighbour_;
    Metrics* metrics_;  // null: nobody counts
    std::unique_ptr<Publisher> publisher_;
    std::map<std::string, Queue> queues_;
    std::atomic<bool> broker_up_{false};
    Steady asked_broker_at_{}, retry_broker_at_{}, stepped_at_{}, walked_at_{}, rehinted_at_{};
    Pace refreshed_{std::chrono::seconds(1)};          // pauses, limits
    Pace learnt_{std::chrono::milliseconds(100), 10};  // lanes that begin, of urgent runs behind a backlog too
    Pace probed_{std::chrono::milliseconds(200)};      // what other processes submitted
    Frontier late_;                                    // of hints that got lost
    std::chrono::system_clock::duration database_ahead_{};
    std::chrono::steady_clock::duration walk_cost_{};
    std::mutex mutex_;  // guards noticed_
    std::set<std::string> noticed_;
};

}  // namespace nightshift::queue
