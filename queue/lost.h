// Runs that the database says are ours and that nobody here works on: the answer to a claim was lost, or an end could
// not be written for too long. Our lease lives, so nobody else would ever rescue them: they go back, free of charge.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "queue/context.h"
#include "queue/frontier.h"

namespace nightshift::queue {

class Lost {
public:
    /// `held`: what this process has in hand, from the claim until its end is written.
    Lost(Context& context, std::function<std::set<std::string>()> held);
    /// A run is lost when two looks in a row find it in nobody's hands.
    std::chrono::milliseconds run_once();

private:
    void give_back(const std::string& id, int epoch);
    Context& context_;
    std::function<std::set<std::string>()> held_;
    std::map<std::string, int> suspects_;  // id and epoch, of the last look
    Pace pace_{std::chrono::seconds(0)};
};

}  // namespace nightshift::queue
