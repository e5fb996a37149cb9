// Makes what is due ready: scheduled runs by their moment, schedules by their ticks. Any number of schedulers may tick:
// the cursor moves and the run appears in one transaction, under a unique (schedule, fire_at).
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::queue {

class Scheduler {
public:
    struct Turned {
        std::size_t promoted = 0, fired = 0;
        std::vector<std::string> woken;       ///< queues that got something ready
        std::map<std::string, double> ticks;  ///< how many, by what became of them
        std::vector<double> late_seconds;     ///< of those that fired
        std::chrono::milliseconds rest{200};  ///< until something is due, at most 200 ms
    };
    explicit Scheduler(core::pg::Pool& pool) : pool_(pool) {}
    /// One turn: promotes and fires what is due now.
    Turned run_once();

private:
    core::pg::Pool& pool_;
};

}  // namespace nightshift::queue
