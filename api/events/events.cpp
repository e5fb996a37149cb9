#include "api/events/events.h"

#include <charconv>
#include <utility>

#include "api/events/hub.h"
#include "api/kit/headers.h"
#include "core/error/error.h"
#include "core/text/blanks.h"
#include "core/text/case.h"
#include "core/text/list.h"
#include "core/time/time.h"
#include "domain/identity/sql.h"

namespace nightshift::api::events {
namespace {

using core::Code;
using core::Error;
using core::http::Listener;
using core::http::Live;
using core::http::LiveEnd;
using core::http::Request;
using core::http::Response;
using kit::Caller;
using kit::Services;
namespace json = core::json;

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

/// Where somebody left off: Last-Event-ID as browsers send it again, or ?last_event_id=.
std::optional<std::int64_t> last_seen(const Request& request) {
    auto given = request.header("last-event-id");
    if (given.empty()) given = request.argument("last_event_id").value_or("");
    if (given.empty()) return std::nullopt;
    const auto number = number_in(given);
    if (!number)
        throw Error(Code::validation, "last_event_id: expected the id of an event, got \"" + std::string(given) + '"');
    return number;
}

void take_filters(Guest& guest, const Request& request) {
    core::text::each_part(request.argument("types").value_or(""),
                          [&](std::string_view one) { guest.types.emplace(one); });
    guest.job = std::string(request.argument("job_id").value_or(""));
    if (!guest.job.empty() && !core::time::is_uuid(guest.job))
        throw Error(Code::validation, "job_id: expected the id of a job, got \"" + guest.job + '"');
}

/// `Sec-WebSocket-Protocol: bearer, <token>`: how a page, which can't set Authorization, shows its token.
std::optional<std::string> protocol_token(const Request& request) {
    const auto list = request.combined("sec-websocket-protocol");
    const auto comma = list.find(',');
    if (comma == std::string::npos) return std::nullopt;
    using core::text::trimmed;
    if (!core::text::same_but_case(trimmed(std::string_view(list).substr(0, comma)), "bearer")) return std::nullopt;
    return std::string(trimmed(std::string_view(list).substr(comma + 1)));
}

std::string key_of(const Caller& caller, std::string_view token) {
    return caller.actor.starts_with("key:") ? std::string(token) : std::string{};
}

/// One's own events; an administrator's are everybody's of the organization.
void require_own(const Caller& caller, const std::string& user) {
    if (!caller.may("notification.own")) throw Error(Code::forbidden, "this needs the permission notification.own");
    if (user != caller.user && caller.reach("user.update") != kit::Reach::all)
        throw Error(Code::forbidden, "user_id: these are somebody else's events");
}

Guest known_guest(const Services& services, const std::string& token, Guest guest) {
    if (services.gate == nullptr) throw Error(Code::unauthorized, "Authorization: this token is not valid");
    auto who = services.gate->identify(token);
    guest.caller = {.actor = std::move(who.actor),
                    .organization = std::move(who.organization),
                    .permissions = std::move(who.permissions),
                    .user = std::move(who.user),
                    .session = std::move(who.session)};
    guest.key = key_of(guest.caller, token);
    if (guest.user == "me") guest.user = guest.caller.user;
    require_own(guest.caller, guest.user);
    return guest;
}

std::shared_ptr<Live> live_of(const std::shared_ptr<Hub>& hub, Live::Way way) {
    auto live = std::make_shared<Live>();
    live->way = way;
    live->most_messages = 512;
    live->longest_received = 8192;
    live->closed = [hub](const auto& listener) { hub->remove(listener); };
    return live;
}

Response stream(const Services& services, const std::shared_ptr<Hub>& hub, const Request& request,
                const Caller& caller) {
    if (caller.user.empty() || services.gate == nullptr)
        throw Error(Code::forbidden, "this token belongs to no person: sign in as one");
    const auto token = kit::bearer_token(request.header("authorization"));
    Guest guest{.caller = caller,
                .key = key_of(caller, token.value_or("")),
                .user = caller.user,
                .way = Live::Way::events,
                .last = last_seen(request)};
    take_filters(guest, request);
    auto live = live_of(hub, Live::Way::events);
    live->opened = [hub, guest](auto listener) { hub->add(std::move(listener), guest); };
    return {.live = std::move(live)};
}

void say(Listener& listener, const char* type, const std::string& message = {}) {
    json::object frame{{"type", type}};
    if (!message.empty()) frame["message"] = message;
    listener.send(json::text(frame));
}

/// What a WebSocket's client says: who it is, if nobody knows yet, then whether we are still there. One at a time.
class Conversation {
public:
    Conversation(const Services& services, std::shared_ptr<Hub> hub, Guest guest, bool is_known)
        : services_(services), hub_(std::move(hub)), guest_(std::move(guest)), is_known_(is_known) {}

    void open(std::shared_ptr<Listener> listener) {
        listener_ = listener;
        is_known_ ? sit_down(std::move(listener)) : hub_->await(std::move(listener));
    }
    void hear(Listener& listener, const std::string& text) {
        json::object said;
        try {
            said = json::parse_object(text);
        } catch (const Error& problem) {
            return say(listener, "error", problem.what());
        }
        const auto type = json::text_in(said, "type");
        if (!is_known_) return type == "auth" ? introduce(listener, said) : listener.close(LiveEnd::refused);
        if (type == "ping") return say(listener, "pong");
        const auto job = json::text_in(said, "job_id");
        if (type == "presence") return look_at(listener, job);
        if (type == "typing") return hub_->presence().write(job, listener);
        if (type == "leave") return hub_->presence().leave(job, listener);
        say(listener, "error", "type: expected ping, presence, typing or leave, got \"" + type + '"');
    }

private:
    void introduce(Listener& listener, const json::object& said) {
        if (const auto* last = said.if_contains("last_event_id"); last != nullptr && last->is_int64())
            guest_.last = last->as_int64();
        try {
            guest_ = known_guest(services_, json::text_in(said, "token"), guest_);
        } catch (const Error& problem) {
            say(listener, "error", problem.what());
            return listener.close(LiveEnd::refused);
        }
        is_known_ = true;
        if (auto self = listener_.lock()) sit_down(std::move(self));
    }

    /// From here on the hub knows what they may; here it would only take room.
    void sit_down(std::shared_ptr<Listener> listener) {
        Guest left{.caller = {.user = guest_.caller.user}};
        hub_->add(std::move(listener), std::exchange(guest_, std::move(left)));
    }

    /// Every look asks the database: so many of them, and no more.
    void look_at(Listener& listener, const std::string& job) {
        constexpr int kLooksASecond = 5;
        const auto now = std::chrono::steady_clock::now();
        if (now - second_began_ > std::chrono::seconds(1)) second_began_ = now, looks_ = 0;
        if (++looks_ > kLooksASecond) return say(listener, "error", "presence: not so often");
        if (!core::time::is_uuid(job) || !hub_->sees(listener, job))
            return say(listener, "error", "job_id: no such job");
        if (name_.empty())
            name_ = core::pg::once(services_.pool, domain::identity::sql::user_name, guest_.caller.user).text(0, 0);
        if (const auto self = listener_.lock()) hub_->presence().come(job, self, {guest_.caller.user, name_});
    }

    const Services& services_;
    const std::shared_ptr<Hub> hub_;
    Guest guest_;
    bool is_known_;
    std::weak_ptr<Listener> listener_;
    std::chrono::steady_clock::time_point second_began_{};
    int looks_ = 0;
    std::string name_;
};

Response socket(const Services& services, const std::shared_ptr<Hub>& hub, const Request& request) {
    Guest guest{.user = request.parameter("user_id"), .last = last_seen(request)};
    if (guest.user != "me" && !core::time::is_uuid(guest.user))
        throw Error(Code::not_found, "no such user: " + guest.user);
    take_filters(guest, request);
    const auto protocol = protocol_token(request);
    std::string token = protocol.value_or("");
    if (const auto bearer = kit::bearer_token(request.header("authorization"))) token = *bearer;
    const bool is_upgrade = core::text::same_but_case(request.header("upgrade"), "websocket");
    if (token.empty() && !is_upgrade)
        throw Error(Code::unauthorized,
                    "Authorization: expected \"Bearer <token>\", or a WebSocket that says who it is");
    const bool is_known = !token.empty();
    if (is_known) guest = known_guest(services, token, std::move(guest));
    auto talk = std::make_shared<Conversation>(services, hub, std::move(guest), is_known);
    auto live = live_of(hub, Live::Way::websocket);
    live->opened = [talk](auto listener) { talk->open(std::move(listener)); };
    live->received = [talk](Listener& listener, const std::string& text) { talk->hear(listener, text); };
    Response response{.live = std::move(live)};
    if (protocol) response.headers.emplace_back("Sec-WebSocket-Protocol", "bearer");
    return response;
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    const auto hub = std::make_shared<Hub>(services);
    return {
        {"GET",
         "/api/v1/events",
         "notification.own",
         "Events as they happen, as Server-Sent Events: what one may see, and one's notifications.",
         {},
         [&services, hub](const Request& request, const Caller& caller, json::object&) {
             return stream(services, hub, request, caller);
         },
         {.media_type = "text/event-stream"},
         kit::kNothing,
         {},
         "followEvents"},
        {"GET",
         "/api/v1/ws/notifications/{user_id}",
         "",
         "The same over a WebSocket, which shows its token as a header, a protocol or its first message.",
         {},
         [&services, hub](const Request& request, const Caller&, json::object&) {
             return socket(services, hub, request);
         },
         {.status = 101},
         kit::kNothing,
         {},
         "openNotificationSocket"},
    };
}

}  // namespace nightshift::api::events
