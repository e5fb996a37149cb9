// Who listens, to what, and what they may see: one thread reads events and gives each to those whom it concerns.
// Whoever is signed out, switched off or may no more is let go within seconds. Any thread may add and remove.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/events/presence.h"
#include "api/events/tail.h"
#include "api/kit/route.h"
#include "core/http/live.h"
#include "queue/loop.h"

namespace nightshift::api::events {

/// Who listens and how they came in.
struct Guest {
    kit::Caller caller;
    std::string key;   ///< the API key they came with; "": a session
    std::string user;  ///< whose events: the caller's own, or another's
    core::http::Live::Way way = core::http::Live::Way::websocket;
    std::optional<std::int64_t> last;  ///< the last event they saw
    std::set<std::string> types = {};  ///< only these; empty: all
    std::string job = {};              ///< only of this one
};

class Hub {
public:
    explicit Hub(const kit::Services& services);
    void add(std::shared_ptr<core::http::Listener> listener, Guest guest);
    /// Not known yet: let go when they have not said who they are within seconds.
    void await(std::shared_ptr<core::http::Listener> listener);
    void remove(const std::shared_ptr<core::http::Listener>& listener);
    /// Whether who listens there, to their own events, sees this job now.
    bool sees(const core::http::Listener& listener, const std::string& job) const;
    Presence& presence() { return presence_; }

private:
    using Clock = std::chrono::steady_clock;
    struct Seat {
        std::shared_ptr<core::http::Listener> listener;
        Guest guest;
        kit::Caller sees;  ///< what the one whose events they are may now; written under mutex_, by our thread only
    };
    using Seats = std::map<const core::http::Listener*, std::shared_ptr<Seat>>;
    /// Who sees a job as theirs, and as their team's.
    struct Audience {
        std::set<std::string, std::less<>> own, team;
    };
    using Audiences = std::map<std::string, Audience, std::less<>>;

    std::chrono::milliseconds turn();
    void let_strangers_go();
    std::vector<std::shared_ptr<Seat>> arrived();
    std::vector<std::shared_ptr<Seat>> seated() const;
    void give(const std::vector<Event>& events);
    void welcome(const std::vector<std::shared_ptr<Seat>>& seats);
    /// What they missed, and hello; or that it can't be told any more.
    std::vector<core::http::LiveMessage> greeting_of(const Seat& seat) const;
    /// Asks of all at once who is still known, and notes what they may; lets the others go.
    std::vector<std::shared_ptr<Seat>> check(const std::vector<std::shared_ptr<Seat>>& seats);
    /// What a seat's person may now; nothing: they are not known any more.
    std::optional<std::vector<std::string>> permissions_now(const Seat& seat, const std::string& of_caller,
                                                            const std::string& of_user) const;
    Audiences audiences_of(const std::vector<Event>& events) const;
    static bool is_for(const Seat& seat, const Event& event, const Audiences& audiences);
    void prune();

    const kit::Services& services_;
    Presence presence_;
    Tail tail_;
    std::vector<Event> pending_;  // read, and not given yet
    Clock::time_point checked_{}, pruned_ = Clock::now();
    mutable std::mutex mutex_;  // guards below
    std::vector<std::shared_ptr<Seat>> joining_;
    Seats seats_;
    std::map<const core::http::Listener*, std::pair<std::shared_ptr<core::http::Listener>, Clock::time_point>>
        strangers_;
    queue::Loop loop_;  // last: ends first
};

}  // namespace nightshift::api::events
