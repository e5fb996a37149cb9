#include "core/errors/tracker.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/http/client.h"
#include "core/json/json.h"
#include "core/log/log.h"
#include "core/time/rest.h"
#include "core/time/time.h"

namespace nightshift::core::errors {
namespace {

using namespace std::chrono_literals;
using Moment = std::chrono::steady_clock::time_point;

constexpr std::size_t kMostWaiting = 100;
constexpr std::size_t kMostRemembered = 1000;

struct Told {
    std::string event, same;  ///< `same`: what is one problem
    std::vector<std::pair<std::string, std::string>> fields;
    std::chrono::system_clock::time_point at;
};

bool is_word(std::string_view text) {
    return !text.empty() &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               std::string_view::npos;
}

/// A uuid without its dashes, as Sentry writes them.
std::string event_id() {
    auto id = time::uuid7();
    std::erase(id, '-');
    return id;
}

}  // namespace

std::optional<Dsn> parse_dsn(std::string_view text) {
    const auto scheme = text.substr(0, text.find("://"));
    if (scheme != "https" && scheme != "http") return std::nullopt;
    auto rest = text.substr(scheme.size() + 3);
    const auto at = rest.find('@');
    if (at == std::string_view::npos) return std::nullopt;
    const auto key = rest.substr(0, std::min(at, rest.find(':')));  // a secret behind the key is of old times
    rest.remove_prefix(at + 1);
    const auto slash = rest.rfind('/');
    if (slash == std::string_view::npos || slash == 0 || !is_word(key) || !is_word(rest.substr(slash + 1)))
        return std::nullopt;
    const auto host = rest.substr(0, rest.find('/'));
    const std::string path(rest.substr(host.size(), slash - host.size()));
    if (host.find_first_of("?# @") != std::string_view::npos || path.find_first_of("?# ") != std::string::npos)
        return std::nullopt;
    return Dsn{std::string(key), std::string(scheme) + "://" + std::string(host) + path + "/api/" +
                                     std::string(rest.substr(slash + 1)) + "/envelope/"};
}

struct Tracker::Inside {
    explicit Inside(TrackerSettings given) : settings(std::move(given)) {}

    void take(std::string_view event, const std::vector<log::Field>& fields);
    void work(const std::stop_token& stop);
    bool send(const Told& told, std::uint64_t times);
    std::string envelope(const Told& told, std::uint64_t times) const;

    TrackerSettings settings;
    std::mutex mutex;  // guards below
    std::condition_variable_any signal;
    std::deque<std::pair<Told, std::uint64_t>> waiting;
    std::map<std::string, std::pair<Moment, std::uint64_t>> seen;  // when an event was last sent, and how often since
    Counts counts;
    Moment not_before{};  // the tracker asked to be left alone until then
    std::stop_source calls;
    std::jthread thread;  // last: ends first
};

/// Called by whoever logs: takes a copy and goes.
void Tracker::Inside::take(std::string_view event, const std::vector<log::Field>& fields) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex);
    if (seen.size() > kMostRemembered) seen.clear();
    std::string same(event);
    for (const auto& [name, value] : fields)
        if (name == "kind" || name == "error_class" || name == "path") same += " " + value;
    auto& [last, silent] = seen[same];
    ++silent;
    if (last != Moment{} && now - last < settings.repeat) return;
    if (waiting.size() >= kMostWaiting) {
        ++counts.lost;
        return;
    }
    Told told{std::string(event), std::move(same), {}, std::chrono::system_clock::now()};
    for (const auto& [name, value] : fields) told.fields.emplace_back(name, value);
    waiting.emplace_back(std::move(told), silent);
    last = now;
    silent = 0;
    signal.notify_one();
}

std::string Tracker::Inside::envelope(const Told& told, std::uint64_t times) const {
    const auto id = event_id();
    json::object extra{{"times", times}}, tags;
    for (const auto& [name, value] : told.fields) extra[name] = value;
    for (const auto* name : {"kind", "queue", "path", "worker", "error_class"})
        if (extra.contains(name)) tags[name] = extra.at(name);
    auto message = told.event;
    if (const auto* error = extra.if_contains("error")) message += ": " + std::string(error->as_string());
    const json::object event{{"event_id", id},
                             {"timestamp", time::rfc3339(told.at)},
                             {"platform", "native"},
                             {"level", "error"},
                             {"logger", "nightshift"},
                             {"message", json::object{{"formatted", message}}},
                             {"fingerprint", json::array{json::value(told.same)}},
                             {"release", "nightshift@" + settings.release},
                             {"environment", settings.environment},
                             {"server_name", settings.server},
                             {"tags", std::move(tags)},
                             {"extra", std::move(extra)}};
    const json::object head{{"event_id", id}, {"sent_at", time::rfc3339(std::chrono::system_clock::now())}};
    return json::text(head) + "\n" + json::text(json::object{{"type", "event"}}) + "\n" + json::text(event) + "\n";
}

/// What the tracker does not take is lost, and said at most in the counts: an error about errors would come back.
bool Tracker::Inside::send(const Told& told, std::uint64_t times) {
    const auto answer =
        http::ask({.method = "POST",
                   .url = settings.dsn.envelope_url,
                   .headers = {{"Content-Type", "application/x-sentry-envelope"},
                               {"X-Sentry-Auth", "Sentry sentry_version=7, sentry_client=nightshift/" +
                                                     settings.release + ", sentry_key=" + settings.dsn.key}},
                   .body = envelope(told, times),
                   .timeout = 10s,
                   .allow_private = true,  // the operator named it
                   .stop = calls.get_token()});
    const auto* response = std::get_if<http::ClientResponse>(&answer);
    if (response != nullptr && response->status == 429) {
        const auto pause = http::retry_after(*response, std::chrono::system_clock::now()).value_or(60s);
        const std::lock_guard lock(mutex);
        not_before = std::chrono::steady_clock::now() + pause;
    }
    return response != nullptr && response->status / 100 == 2;
}

void Tracker::Inside::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (signal.wait(lock, stop, [&] { return !waiting.empty(); })) {
        const auto [told, times] = std::move(waiting.front());
        waiting.pop_front();
        if (std::chrono::steady_clock::now() < not_before) {
            ++counts.lost;
            continue;
        }
        lock.unlock();
        const bool taken = send(told, times);
        lock.lock();
        ++(taken ? counts.sent : counts.lost);
    }
}

Tracker::Tracker(TrackerSettings settings) : inside_(std::make_shared<Inside>(std::move(settings))) {
    inside_->thread = std::jthread([inside = inside_.get()](const std::stop_token& stop) { inside->work(stop); });
    log::watch_errors([inside = std::weak_ptr(inside_)](std::string_view event, const std::vector<log::Field>& fields) {
        if (const auto alive = inside.lock()) alive->take(event, fields);
    });
}

Tracker::~Tracker() {
    log::watch_errors({});
    const auto until = std::chrono::steady_clock::now() + 2s;
    inside_->thread.request_stop();
    std::jthread limit([&](const std::stop_token& stop) {
        if (!time::rest_until(stop, until)) inside_->calls.request_stop();
    });
    inside_->thread.join();
}

Tracker::Counts Tracker::counts() const {
    const std::lock_guard lock(inside_->mutex);
    return inside_->counts;
}

}  // namespace nightshift::core::errors
