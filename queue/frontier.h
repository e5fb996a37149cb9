// How to look often for what is rarely there. While somebody holds an old snapshot, rows that left an index by time are
// still walked over: so a look begins where the last one left nothing behind, and reads all only now and then.
#pragma once

#include <algorithm>
#include <chrono>

namespace nightshift::queue {

/// Something dear is done again after its rest, and so seldom that it takes one part in `share` of the time at most.
class Pace {
public:
    using Steady = std::chrono::steady_clock::time_point;
    explicit Pace(std::chrono::steady_clock::duration rest, int share = 50) : rest_(rest), share_(share) {}
    bool is_due(Steady now) const { return now - ended_at_ >= rest(); }
    /// From its end to its next beginning.
    std::chrono::steady_clock::duration rest() const { return std::max(rest_, took_ * share_); }
    /// It was done just now.
    void done(Steady began) {
        ended_at_ = std::chrono::steady_clock::now();
        took_ = ended_at_ - began;
    }

private:
    std::chrono::steady_clock::duration rest_, took_{};
    int share_;
    Steady ended_at_{};
};

/// Of looks for rows by a moment that the database gave them. Belongs to one thread.
class Frontier {
public:
    /// How long before now what it looks for may lie, in seconds. The first time and at each pace: any time.
    double back(Pace::Steady now);
    /// The look that began then left nothing behind that is older than so many seconds.
    void reached(Pace::Steady began, double age);

private:
    Pace whole_{std::chrono::seconds(20)};
    bool is_whole_ = true;
    Pace::Steady reached_{};
};

}  // namespace nightshift::queue
