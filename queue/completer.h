// Finishes runs in batches: while one commit is under way, the next batch gathers.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "core/error/error.h"
#include "queue/context.h"
#include "queue/settle.h"

namespace nightshift::queue {

class Completer {
public:
    explicit Completer(Context& context) : context_(context) {}
    ~Completer() { stop(); }
    void start();
    void finish(const Claimed& run, std::string result);
    /// Waits until everything given was written, or could not be for longer than a lease.
    void stop();
    std::size_t waiting() const;
    /// Adds the runs whose end is not written yet.
    void add_held(std::set<std::string>& ids) const;

private:
    struct Item {
        Finished run;
        std::string incarnation;
    };
    void work(const std::stop_token& stop);
    void write();
    bool try_write(const std::vector<Finished>& runs, const std::string& incarnation);
    void count(const std::vector<Finished>& runs, std::size_t accepted);
    bool refuse(const Finished& run, const std::string& incarnation, const core::Error& problem);

    Context& context_;
    mutable std::mutex mutex_;  // guards items_, writing_
    std::condition_variable_any signal_;
    std::vector<Item> items_;
    std::map<std::string, std::vector<Finished>> writing_;  // by incarnation; changed by the thread alone
    std::jthread thread_;
};

}  // namespace nightshift::queue
