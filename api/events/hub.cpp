#include "api/events/hub.h"

#include <algorithm>

#include "core/error/error.h"
#include "core/log/log.h"
#include "core/text/list.h"
#include "domain/events/sql.h"
#include "domain/identity/sql.h"
#include "domain/jobs/sql.h"

namespace nightshift::api::events {
namespace {

using namespace std::chrono_literals;
using core::http::Listener;
using core::http::Live;
using core::http::LiveEnd;
using kit::Reach;
namespace json = core::json;
namespace sql = domain::events::sql;

constexpr auto kLook = 150ms;    // how late an event may be
constexpr auto kWaiting = 20ms;  // while a number is missing
constexpr auto kRest = 10min;    // while nobody listens
constexpr auto kCheck = 5s;      // how long somebody may hear more after they were signed out
constexpr auto kIntroduction = 10s;
constexpr auto kPrune = 1h;
constexpr int kMostMissed = 200;

std::string frame_of(Live::Way way, std::string_view id, std::string_view type, const std::string& text) {
    return way == Live::Way::events ? core::http::event_text(id, type, text) : text;
}

/// One text for all who get it in the same way.
class Frames {
public:
    explicit Frames(const Event& event) : event_(event) {}
    core::http::LiveMessage in(Live::Way way) {
        auto& made = way == Live::Way::events ? events_ : socket_;
        if (!made)
            made = std::make_shared<const std::string>(
                frame_of(way, std::to_string(event_.id), event_.type, event_.frame));
        return made;
    }

private:
    const Event& event_;
    core::http::LiveMessage events_, socket_;
};

std::set<std::string, std::less<>> people_in(std::string_view list) {
    std::set<std::string, std::less<>> people;
    core::text::each_part(list, [&](std::string_view one) { people.emplace(one); });
    return people;
}

}  // namespace

Hub::Hub(const kit::Services& services)
    : services_(services), tail_(services.pool), loop_("events", [this] { return turn(); }) {
    loop_.start();
}

void Hub::add(std::shared_ptr<Listener> listener, Guest guest) {
    {
        const std::lock_guard lock(mutex_);
        strangers_.erase(listener.get());
        auto seat = std::make_shared<Seat>();
        seat->guest = std::move(guest);
        seat->sees = seat->guest.caller;
        seat->guest.caller.permissions = std::vector<std::string>{};  // thousands listen: once is enough
        seat->listener = std::move(listener);
        joining_.push_back(std::move(seat));
    }
    loop_.wake();
}

void Hub::await(std::shared_ptr<Listener> listener) {
    {
        const std::lock_guard lock(mutex_);
        const auto* key = listener.get();
        strangers_.insert_or_assign(key, std::pair{std::move(listener), Clock::now() + kIntroduction});
    }
    loop_.wake();
}

void Hub::remove(const std::shared_ptr<Listener>& listener) {
    presence_.leave_all(*listener);
    const std::lock_guard lock(mutex_);
    seats_.erase(listener.get());
    strangers_.erase(listener.get());
    std::erase_if(joining_, [&](const auto& seat) { return seat->listener == listener; });
}

bool Hub::sees(const Listener& listener, const std::string& job) const {
    std::string user, organization;
    auto reach = Reach::none;
    {
        const std::lock_guard lock(mutex_);
        const auto seat = seats_.find(&listener);
        if (seat == seats_.end() || seat->second->guest.user != seat->second->guest.caller.user) return false;
        user = seat->second->guest.user;
        organization = seat->second->guest.caller.organization;
        reach = seat->second->sees.reach("job.view");
    }
    const auto rows = core::pg::once(services_.pool, domain::jobs::sql::job_audience, std::vector<std::string>{job});
    if (rows.empty() || rows.text(0, 3) != organization || reach == Reach::none) return false;
    return reach == Reach::all || people_in(rows.text(0, 1)).contains(user) ||
           (reach == Reach::team && people_in(rows.text(0, 2)).contains(user));
}

void Hub::let_strangers_go() {
    const std::lock_guard lock(mutex_);
    std::erase_if(strangers_, [now = Clock::now()](const auto& one) {
        if (one.second.second > now) return false;
        one.second.first->close(LiveEnd::refused);
        return true;
    });
}

std::vector<std::shared_ptr<Hub::Seat>> Hub::arrived() {
    const std::lock_guard lock(mutex_);
    return joining_;
}

std::vector<std::shared_ptr<Hub::Seat>> Hub::seated() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Seat>> all;
    all.reserve(seats_.size());
    for (const auto& [listener, seat] : seats_) all.push_back(seat);
    return all;
}

std::chrono::milliseconds Hub::turn() {
    let_strangers_go();
    presence_.expire();
    prune();
    const auto waiting = arrived(), listening = seated();
    if (waiting.empty() && listening.empty()) {
        tail_.forget();
        pending_.clear();
        const std::lock_guard lock(mutex_);
        return strangers_.empty() ? std::chrono::milliseconds(kRest) : std::chrono::milliseconds(kLook);
    }
    if (!tail_.cursor() && !tail_.begin()) return kWaiting;
    if (Clock::now() - checked_ > kCheck) {
        check(listening);
        checked_ = Clock::now();
    }
    // What could not be given, because the database went away in between, is given in the next turn.
    if (pending_.empty()) pending_ = tail_.next();
    give(pending_);
    const bool may_be_more = !pending_.empty();
    pending_.clear();
    welcome(check(waiting));
    return may_be_more ? 0ms : kLook;
}

void Hub::prune() {
    if (Clock::now() - pruned_ < kPrune) return;
    pruned_ = Clock::now();
    core::pg::once(services_.pool, sql::prune);
}

Hub::Audiences Hub::audiences_of(const std::vector<Event>& events) const {
    std::set<std::string> jobs;
    for (const auto& event : events)
        if (!event.job.empty()) jobs.insert(event.job);
    Audiences audiences;
    if (jobs.empty()) return audiences;
    const auto rows = core::pg::once(services_.pool, domain::jobs::sql::job_audience,
                                     std::vector<std::string>(jobs.begin(), jobs.end()));
    for (std::size_t i = 0; i < rows.size(); ++i)
        audiences[std::string(rows.text(i, 0))] = {people_in(rows.text(i, 1)), people_in(rows.text(i, 2))};
    return audiences;
}

bool Hub::is_for(const Seat& seat, const Event& event, const Audiences& audiences) {
    const auto& [listener, guest, sees] = seat;
    if (event.organization != guest.caller.organization) return false;
    if (!guest.types.empty() && !guest.types.contains(event.type)) return false;
    if (!guest.job.empty() && guest.job != event.job) return false;
    if (!event.user.empty()) return event.user == guest.user;
    if (event.job.empty()) return !event.needs.empty() && sees.reach(event.needs) == Reach::all;
    if (!event.needs.empty() && !sees.may(event.needs)) return false;
    const auto reach = sees.reach("job.view");
    if (reach == Reach::all) return true;
    const auto found = audiences.find(event.job);
    if (found == audiences.end() || reach == Reach::none) return false;
    return found->second.own.contains(guest.user) || (reach == Reach::team && found->second.team.contains(guest.user));
}

void Hub::give(const std::vector<Event>& events) {
    if (events.empty()) return;
    const auto audiences = audiences_of(events);
    const auto seats = seated();
    for (const auto& event : events) {
        Frames frames(event);
        for (const auto& seat : seats)
            if (is_for(*seat, event, audiences)) seat->listener->send(frames.in(seat->guest.way));
    }
}

/// From the moment of this hello they get every event, after what they missed. They have their seat by then: a quick
/// client answers at once.
void Hub::welcome(const std::vector<std::shared_ptr<Seat>>& seats) {
    for (const auto& seat : seats) {
        const auto greeting = greeting_of(*seat);
        {
            const std::lock_guard lock(mutex_);
            const auto waiting = std::ranges::find(joining_, seat);
            if (waiting == joining_.end()) continue;  // gone meanwhile
            joining_.erase(waiting);
            seats_.emplace(seat->listener.get(), seat);
        }
        for (const auto& message : greeting) seat->listener->send(message);
    }
}

std::vector<core::http::LiveMessage> Hub::greeting_of(const Seat& seat) const {
    const auto& guest = seat.guest;
    const auto now = *tail_.cursor();
    const auto word = [&](const char* type) {
        const json::object frame{{"type", type}, {"last_event_id", now}};
        return std::make_shared<const std::string>(frame_of(guest.way, std::to_string(now), type, json::text(frame)));
    };
    std::vector<core::http::LiveMessage> greeting;
    if (guest.last && *guest.last < now) {
        const auto oldest = core::pg::once(services_.pool, sql::oldest).number(0, 0);
        const auto rows = core::pg::once(services_.pool, sql::replay, *guest.last, now, guest.caller.organization,
                                         guest.user, kMostMissed + 1);
        // What is gone can't be told: the client reads its lists anew.
        if (oldest == 0 || *guest.last + 1 < oldest || rows.size() > static_cast<std::size_t>(kMostMissed))
            return {word("reset")};
        std::vector<Event> missed;
        for (std::size_t i = 0; i < rows.size(); ++i) missed.push_back(event_in(rows, i));
        const auto audiences = audiences_of(missed);
        for (const auto& event : missed)
            if (is_for(seat, event, audiences)) greeting.push_back(Frames(event).in(guest.way));
    }
    greeting.push_back(word(guest.last && *guest.last > now ? "reset" : "hello"));
    return greeting;
}

std::optional<std::vector<std::string>> Hub::permissions_now(const Seat& seat, const std::string& of_caller,
                                                             const std::string& of_user) const {
    const auto& guest = seat.guest;
    const bool is_own = guest.user == guest.caller.user;
    if (!is_own) {
        auto caller = guest.caller;
        caller.permissions = json::texts(json::parse(of_caller));
        if (caller.reach("user.update") != Reach::all) return std::nullopt;
    }
    if (guest.key.empty()) return json::texts(json::parse(of_user));
    try {
        auto of_key = services_.gate->identify(guest.key).permissions;
        return is_own ? of_key : json::texts(json::parse(of_user));
    } catch (const core::Error& problem) {
        if (problem.code() != core::Code::unauthorized) throw;
        return std::nullopt;
    }
}

std::vector<std::shared_ptr<Hub::Seat>> Hub::check(const std::vector<std::shared_ptr<Seat>>& seats) {
    if (seats.empty()) return {};
    std::vector<std::string> sessions, users, organizations;
    const auto ask = [&](const std::string& session, const std::string& user, const std::string& organization) {
        sessions.push_back(session);
        users.push_back(user);
        organizations.push_back(organization);
    };
    for (const auto& seat : seats) {  // two each: who listens, and whose events they are
        const auto& guest = seat->guest;
        ask(guest.key.empty() ? guest.caller.session : "", guest.caller.user, guest.caller.organization);
        ask("", guest.user, guest.caller.organization);
    }
    const auto rows =
        core::pg::once(services_.pool, domain::identity::sql::still_known, sessions, users, organizations);
    std::map<std::size_t, std::string> known;
    for (std::size_t i = 0; i < rows.size(); ++i)
        known.emplace(static_cast<std::size_t>(rows.number(i, 0)), rows.text(i, 1));
    std::vector<std::shared_ptr<Seat>> stay;
    for (std::size_t i = 0; i < seats.size(); ++i) {
        auto& seat = *seats[i];
        const auto caller = known.find(2 * i), user = known.find(2 * i + 1);
        auto may = caller == known.end() || user == known.end() ? std::nullopt
                                                                : permissions_now(seat, caller->second, user->second);
        if (may) {
            const std::lock_guard lock(mutex_);
            seat.sees.permissions = std::move(*may);
            stay.push_back(seats[i]);
            continue;
        }
        seat.listener->close(LiveEnd::refused);
        remove(seat.listener);
    }
    return stay;
}

}  // namespace nightshift::api::events
