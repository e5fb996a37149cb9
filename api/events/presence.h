// Who looks at a job now, and who writes a comment on it: told to those of this process who look at it too, and kept
// nowhere. Any thread. SEEDS.md JMS-119, JMS-120.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/http/live.h"

namespace nightshift::api::events {

class Presence {
public:
    struct Person {
        std::string id, name;
    };
    /// Looks at the job, or still does: to be said again every 20 seconds.
    void come(const std::string& job, const std::shared_ptr<core::http::Listener>& listener, const Person& person);
    /// Writes: told to the others, once a second at most. Nothing for who does not look at the job.
    void write(const std::string& job, const core::http::Listener& listener);
    void leave(const std::string& job, const core::http::Listener& listener);
    void leave_all(const core::http::Listener& listener);
    /// Those who have not said so again are gone.
    void expire();

private:
    using Clock = std::chrono::steady_clock;
    struct Entry {
        std::shared_ptr<core::http::Listener> listener;
        Person person;
        Clock::time_point until, wrote{};
    };
    using Room = std::map<const core::http::Listener*, Entry>;
    static void tell(const std::string& job, const Room& room);
    template <class Gone>
    void sweep(Gone gone);

    std::mutex mutex_;  // guards rooms_
    std::map<std::string, Room> rooms_;
};

}  // namespace nightshift::api::events
