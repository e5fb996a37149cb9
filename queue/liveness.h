// A process start is an incarnation with a lease on the database's clock. While it can't renew, it takes nothing new;
// when it was declared dead, it stops what it still does and starts over as a new incarnation. Others rescue what a
// dead one owned.
#pragma once

#include <functional>

#include "queue/context.h"

namespace nightshift::queue {

class Liveness {
public:
    struct Needs {
        std::function<std::size_t()> busy;
        std::function<void()> fenced;  ///< our runs are somebody else's now
        std::function<void()> drain_requested;
        std::vector<std::string> roles;
    };
    Liveness(Context& context, Needs needs);
    /// One turn: begins or renews the lease.
    std::chrono::milliseconds run_once();
    /// For another thread, a few times a second: stops claims, then the work, when the lease was not renewed in time,
    /// also while a renewal hangs.
    void guard();
    void end();
    /// Since the lease was last renewed; any thread.
    std::chrono::milliseconds lease_age() const;

private:
    void begin();
    Context& context_;
    Needs needs_;
    core::pg::Pool pool_;  // its own link: a pool that is exhausted must not cost the lease
    bool alive_ = false;
    std::atomic<std::chrono::steady_clock::time_point> renewed_{};
};

struct Rescued {
    std::size_t incarnations = 0, runs = 0, dead = 0;
    std::vector<std::string> woken;
};
/// Declares expired incarnations dead and gives their runs back; those that took too many processes down are dead
/// themselves. `all`: also what is left of those that were declared dead before.
Rescued rescue(core::pg::Pool& pool, int crash_budget, bool all);

}  // namespace nightshift::queue
