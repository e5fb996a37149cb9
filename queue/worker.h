// The working side of one process: takes hints, claims, runs handlers, and hands back what it can't take.
#pragma once

#include <deque>
#include <memory>
#include <thread>

#include "queue/completer.h"
#include "queue/context.h"
#include "queue/frontier.h"
#include "queue/slots.h"
#include "queue/transport/transport.h"

namespace nightshift::queue {

class Worker {
public:
    /// `broker` may be null: then `fallback` is the transport.
    Worker(Context& context, Transport* broker, Transport& fallback);
    ~Worker();
    void start();
    /// Stops claiming, hands unclaimed hints back, waits for handlers, then interrupts the rest. True: nothing was
    /// interrupted.
    bool drain(std::chrono::milliseconds limit);
    Slots& slots() { return slots_; }
    /// Claims these admitted runs now, without a hint; any thread. False: not while draining or without a lease.
    bool take(const std::vector<Hint::Item>& items);
    /// Runs that were claimed for this process elsewhere in it; any thread.
    void give(std::vector<Claimed> runs) { slots_.give(std::move(runs)); }
    /// Every run in this process's hands.
    std::set<std::string> held() const;
    /// Time since the consuming loop last moved.
    std::chrono::milliseconds stalled() const;

private:
    void work(const std::stop_token& stop);
    void turn();
    void let_go(std::chrono::milliseconds pause);
    void receive();
    void look_aside();
    bool is_aside() const { return std::chrono::steady_clock::now() < aside_until_; }
    std::uint16_t prefetch() const;
    void claim_pending();
    void claim_now(const std::vector<Hint::Item>& items);
    void hand_back();
    void open();
    void lose(const std::exception& problem);

    Context& context_;
    Transport* broker_;
    Transport& fallback_;
    Completer completer_;
    Slots slots_;
    std::unique_ptr<Consumer> consumer_;
    bool on_broker_ = false;
    std::chrono::steady_clock::time_point retry_broker_at_{}, look_aside_at_{};
    std::chrono::steady_clock::time_point aside_until_{};  // hints come late or never, though the broker answers us
    Frontier late_;                                        // of hints that do not come
    std::deque<Hint::Item> pending_;                       // hinted to us, not claimed yet
    std::atomic<std::chrono::steady_clock::time_point> moved_{std::chrono::steady_clock::now()};
    std::jthread thread_;
};

}  // namespace nightshift::queue
