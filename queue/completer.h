// Finishes runs in batches: while one commit is under way, the next batch gathers.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

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

private:
    struct Item {
        Finished run;
        std::string incarnation;
    };
    void work(const std::stop_token& stop);
    void write(std::vector<Item> batch);

    Context& context_;
    mutable std::mutex mutex_;  // guards items_, writing_
    std::condition_variable_any signal_;
    std::vector<Item> items_;
    std::size_t writing_ = 0;
    std::jthread thread_;
};

}  // namespace nightshift::queue
