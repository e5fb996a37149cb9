#include "api/events/presence.h"

#include "core/json/json.h"

namespace nightshift::api::events {
namespace {

using namespace std::chrono_literals;
namespace json = core::json;

constexpr auto kStays = 45s;        // two beats of 20 seconds and a little
constexpr auto kBetweenWords = 1s;  // of one who writes
constexpr int kWritingSeconds = 5;  // how long the others may show it

}  // namespace

void Presence::tell(const std::string& job, const Room& room) {
    std::map<std::string, std::string> people;  // one person may look twice
    for (const auto& [key, entry] : room) people.emplace(entry.person.id, entry.person.name);
    json::array users;
    for (const auto& [id, name] : people) users.push_back(json::object{{"user_id", id}, {"name", name}});
    const auto frame = std::make_shared<const std::string>(json::text(
        json::object{{"type", "presence"}, {"data", json::object{{"job_id", job}, {"users", std::move(users)}}}}));
    for (const auto& [key, entry] : room) entry.listener->send(frame);
}

void Presence::come(const std::string& job, const std::shared_ptr<core::http::Listener>& listener,
                    const Person& person) {
    const std::lock_guard lock(mutex_);
    auto& room = rooms_[job];
    const auto until = Clock::now() + kStays;
    const auto [place, is_new] = room.try_emplace(listener.get(), Entry{listener, person, until});
    place->second.until = until;
    if (is_new) tell(job, room);
}

void Presence::write(const std::string& job, const core::http::Listener& listener) {
    const std::lock_guard lock(mutex_);
    const auto room = rooms_.find(job);
    if (room == rooms_.end()) return;
    const auto writer = room->second.find(&listener);
    if (writer == room->second.end() || Clock::now() - writer->second.wrote < kBetweenWords) return;
    writer->second.wrote = Clock::now();
    const auto& person = writer->second.person;
    const auto frame = std::make_shared<const std::string>(json::text(json::object{
        {"type", "typing"},
        {"data",
         json::object{{"job_id", job}, {"user_id", person.id}, {"name", person.name}, {"seconds", kWritingSeconds}}}}));
    for (const auto& [key, entry] : room->second)
        if (key != &listener) entry.listener->send(frame);
}

template <class Gone>
void Presence::sweep(Gone gone) {
    const std::lock_guard lock(mutex_);
    for (auto room = rooms_.begin(); room != rooms_.end();) {
        const auto left = std::erase_if(room->second, [&](const auto& one) { return gone(room->first, one); });
        if (left > 0) tell(room->first, room->second);
        room = room->second.empty() ? rooms_.erase(room) : std::next(room);
    }
}

void Presence::leave(const std::string& job, const core::http::Listener& listener) {
    sweep([&](const auto& where, const auto& one) { return where == job && one.first == &listener; });
}

void Presence::leave_all(const core::http::Listener& listener) {
    sweep([&](const auto&, const auto& one) { return one.first == &listener; });
}

void Presence::expire() {
    sweep([now = Clock::now()](const auto&, const auto& one) { return one.second.until < now; });
}

}  // namespace nightshift::api::events
