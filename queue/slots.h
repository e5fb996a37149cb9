// The handler threads. Claimed runs wait here for microseconds: only as many are taken ahead as will start within about
// 20 ms.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "queue/completer.h"
#include "queue/execution.h"

namespace nightshift::queue {

class Slots {
public:
    Slots(Context& context, Completer& completer);
    ~Slots();
    void start();
    void give(std::vector<Claimed> runs);
    /// How many slots have nothing to do.
    std::size_t idle() const;
    /// How many more runs may be claimed now.
    std::size_t room() const;
    std::size_t busy() const { return busy_; }
    /// How long so many more would take, as far as is known.
    std::chrono::nanoseconds time_for(std::size_t runs) const;
    /// Waits until there is room, at most `limit`.
    bool wait_for_room(std::chrono::milliseconds limit);
    /// Asks one run, or all, to stop.
    void ask_to_stop(const std::string& run, StopReason reason);
    void ask_all_to_stop(StopReason reason);
    /// Ends attempts past their deadline; a handler that ignores that is abandoned and its slot replaced.
    void watch();
    bool wait_until_idle(std::chrono::milliseconds limit);
    /// Gives back, free of charge, what waits and has not started.
    void give_back_waiting();
    /// Forgets what waits and has not started: it is somebody else's now.
    void forget_waiting();
    /// Adds the runs in hand.
    void add_held(std::set<std::string>& ids) const;
    /// A handler that ignored the request to stop still has its thread.
    bool has_abandoned() const;
    void stop();

private:
    struct Seat {
        std::shared_ptr<Execution> execution;  // null: free
        bool abandoned = false;
        bool reporting = false;  // the handler is through, its end is being written: too late to abandon
        std::chrono::steady_clock::time_point asked{};
    };
    void add_thread();
    void work(const std::stop_token& stop, const std::shared_ptr<Seat>& seat);
    void run(Claimed claimed, const std::shared_ptr<Seat>& seat);
    std::optional<Ending> handle(Execution& execution);
    std::optional<Ending> handle_in_child(Execution& execution);
    void report(Execution& execution, Ending ending);
    void settle_surely(const Execution& execution, const Ending& ending);
    std::optional<Ending> finish_surely(Execution& execution, const json::value& result);
    void learn(std::chrono::nanoseconds took);
    void note_rest();
    bool have_rested() const;  // mutex_ held

    Context& context_;
    Completer& completer_;
    mutable std::mutex mutex_;  // guards waiting_, seats_, at_rest_since_
    std::condition_variable_any given_, freed_;
    std::deque<Claimed> waiting_;
    std::list<std::shared_ptr<Seat>> seats_;
    std::vector<std::jthread> threads_;
    std::chrono::steady_clock::time_point at_rest_since_{};
    std::atomic<std::size_t> busy_{0};
    std::atomic<std::int64_t> usual_ns_{-1};  // moving average of a handler's time; -1: not known yet
};

}  // namespace nightshift::queue
