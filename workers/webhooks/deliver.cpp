#include "workers/webhooks/deliver.h"

#include <sstream>

#include "core/error/fail_point.h"
#include "core/http/client.h"
#include "core/text/utf8.h"
#include "core/time/rest.h"
#include "core/time/time.h"
#include "domain/breaker/breaker.h"
#include "domain/webhooks/sql.h"
#include "domain/webhooks/webhooks.h"
#include "queue/settle.h"
#include "queue/submit.h"

namespace nightshift::workers::webhooks::deliver {
namespace {

namespace http = core::http;
namespace json = core::json;
namespace hooks = domain::webhooks;
namespace sql = domain::webhooks::sql;
using namespace std::chrono_literals;
using core::time::as_seconds;

constexpr std::chrono::seconds kTimeout = 15s, kHeld = 120s, kTurn = 30s, kOneBatch = 40s;
constexpr int kBatch = 50;
constexpr std::size_t kMostAnswer = 4096;

struct Destination {
    std::string organization, url, format, name;
    std::vector<std::string> secrets;
    bool is_active = false, is_paused = false, failed_for_days = false;
    int per_second = 0, failures = 0;
};

struct Item {
    std::string id, event, body;
    int attempts = 0;
};

/// What came of one try; `state` empty: it was not made.
struct Ended {
    std::string state, message, answer;
    int code = 0;
    std::int64_t took_ms = 0;
    std::chrono::seconds wait{0};   ///< until its own next try
    std::chrono::seconds pause{0};  ///< that the whole destination asks for
    bool is_gone = false;
};

Destination destination_of(core::pg::Pool& pool, const std::string& webhook) {
    const auto rows = core::pg::once(pool, sql::destination, webhook);
    if (rows.empty()) return {};
    Destination to{.organization = std::string(rows.text(0, 0)),
                   .url = std::string(rows.text(0, 1)),
                   .format = std::string(rows.text(0, 2)),
                   .name = std::string(rows.text(0, 9)),
                   .is_active = rows.flag(0, 3),
                   .is_paused = rows.flag(0, 7),
                   .failed_for_days = rows.flag(0, 8),
                   .per_second = static_cast<int>(rows.number(0, 4)),
                   .failures = static_cast<int>(rows.number(0, 6))};
    std::istringstream words{std::string(rows.text(0, 5))};
    for (std::string word; words >> word;) to.secrets.push_back(word);
    return to;
}

std::vector<Item> next_of(core::pg::Pool& pool, const std::string& webhook, int most) {
    const auto rows = core::pg::once(pool, sql::next, webhook, most);
    std::vector<Item> items;
    for (std::size_t i = 0; i < rows.size(); ++i)
        items.push_back({std::string(rows.text(i, 0)), std::string(rows.text(i, 1)), std::string(rows.text(i, 2)),
                         static_cast<int>(rows.number(i, 3))});
    return items;
}

Ended failed(Ended ended, const Item& item, std::string message) {
    ended.wait = hooks::pause_after(item.attempts, queue::random_share());
    ended.state = ended.wait < 0s ? "dead" : "deferred";
    ended.message = std::move(message);
    return ended;
}

Ended judge(const http::ClientFailure& failure, const Item& item, std::chrono::system_clock::time_point /*now*/) {
    if (failure.kind == http::Failure::cancelled && failure.sent == http::Sent::no) return {};
    if (failure.kind == http::Failure::guard || failure.kind == http::Failure::bad_request)
        return {.state = "dead", .message = failure.message};
    return failed({}, item, failure.message);
}

Ended judge(const http::ClientResponse& answer, const Item& item, std::chrono::system_clock::time_point now) {
    Ended ended{.answer = core::text::storable(answer.body), .code = answer.status};
    ended.answer.resize(core::text::cut(ended.answer, kMostAnswer).size());
    if (answer.status / 100 == 2) {
        ended.state = "delivered";
        return ended;
    }
    ended.is_gone = answer.status == 410;
    if (answer.status == 429 || answer.status == 503)
        ended.pause = std::min<std::chrono::seconds>(http::retry_after(answer, now).value_or(0s), 24h);
    return failed(std::move(ended), item, "expected a 2xx, got " + std::to_string(answer.status));
}

/// Serves a destination while it holds its lane.
class Turn {
public:
    Turn(queue::Run& run, std::string webhook)
        : run_(run), webhook_(std::move(webhook)), allowed_(json::texts(run.setting("http.allow_private"))) {}

    bool take() { return !core::pg::once(run_.pool(), sql::lane_take, webhook_, run_.id(), as_seconds(kHeld)).empty(); }
    void leave() { core::pg::once(run_.pool(), sql::lane_leave, webhook_, run_.id()); }

    /// Until nothing is due, the destination wants a pause, or the time is over.
    void serve() {
        core::pg::once(run_.pool(), sql::lost, webhook_);
        while (goes_on()) {
            const auto to = destination_of(run_.pool(), webhook_);
            if (!to.is_active) {
                core::pg::once(run_.pool(), sql::withdraw, webhook_);
                return;
            }
            if (to.is_paused) return;
            const int most = domain::breaker::most_at_once(
                to.failures, to.per_second > 0 ? std::min(kBatch, to.per_second) : kBatch);
            const auto began = std::chrono::steady_clock::now();
            const auto items = next_of(run_.pool(), webhook_, most);
            if (items.empty() || !send(to, items)) return;
            if (to.per_second > 0)
                core::time::rest_until(run_.stop(), began + std::chrono::seconds(1) * items.size() / to.per_second);
        }
    }
    std::size_t delivered() const { return delivered_; }
    bool has_time() const { return std::chrono::steady_clock::now() < until_; }

private:
    bool goes_on() {
        return !run_.stop().stop_requested() && has_time() &&
               !core::pg::once(run_.pool(), sql::lane_keep, webhook_, run_.id(), as_seconds(kHeld)).empty();
    }

    Ended try_one(const Destination& to, const Item& item) {
        const bool is_slack = to.format == "slack";
        http::ClientRequest request{.method = "POST",
                                    .url = to.url,
                                    .headers = {{"Content-Type", "application/json"}},
                                    .body = is_slack ? hooks::slack_body(json::parse_object(item.body)) : item.body,
                                    .timeout = kTimeout,
                                    .max_response_bytes = kMostAnswer,
                                    .cut_long_body = true,
                                    .private_allowed = allowed_,
                                    .stop = run_.stop()};
        const auto now = std::chrono::system_clock::now();
        for (auto& header : hooks::signed_headers("msg_" + item.id, now, request.body, to.secrets))
            request.headers.push_back(std::move(header));
        const auto began = std::chrono::steady_clock::now();
        const auto answer = http::ask(request);
        auto ended = std::visit([&](const auto& one) { return judge(one, item, now); }, answer);
        ended.took_ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
        return ended;
    }

    /// False: the destination is to be left alone for now.
    bool send(const Destination& to, const std::vector<Item>& items) {
        core::fail_point("webhook.begun");
        std::vector<Ended> ended(items.size());
        int failures = to.failures;
        std::chrono::seconds pause{0};
        bool is_gone = false;
        const auto limit = std::chrono::steady_clock::now() + kOneBatch;  // long before the lane is another's
        for (std::size_t i = 0; i < items.size() && pause == 0s && !is_gone; ++i) {
            if (run_.stop().stop_requested() || std::chrono::steady_clock::now() > limit) break;
            ended[i] = try_one(to, items[i]);
            if (ended[i].state == "delivered") {
                failures = 0;
                ++delivered_;
            } else if (!ended[i].state.empty()) {
                ++failures;
            }
            pause = std::max(ended[i].pause, domain::breaker::pause_after(failures));
            is_gone = ended[i].is_gone;
        }
        core::fail_point("webhook.sent");
        record(items, ended, failures == 0 && to.failures == 0 ? std::nullopt : std::optional(failures), pause);
        const bool is_hopeless = to.failed_for_days && failures > to.failures;
        if (is_gone || is_hopeless) switch_off(is_gone ? "it answered 410 Gone" : "everything failed for five days");
        return pause == 0s && !is_gone && !is_hopeless;
    }

    void record(const std::vector<Item>& items, const std::vector<Ended>& ended, std::optional<int> failures,
                std::chrono::seconds pause) {
        std::vector<std::string> ids, states, messages, answers, waits;
        std::vector<std::int64_t> codes, took;
        for (std::size_t i = 0; i < items.size(); ++i) {
            ids.push_back(items[i].id);
            states.push_back(ended[i].state);
            codes.push_back(ended[i].code);
            messages.push_back(core::text::storable(ended[i].message));
            answers.push_back(ended[i].answer);
            took.push_back(ended[i].took_ms);
            waits.push_back(std::to_string(ended[i].wait.count()));
        }
        auto lease = run_.pool().acquire();
        core::pg::Transaction tx(lease);
        tx.run(sql::ended, ids, states, codes, messages, answers, took, waits);
        if (failures || pause > 0s) tx.run(sql::health, webhook_, failures.value_or(0), as_seconds(pause));
        tx.commit();
    }

    void switch_off(const std::string& why) {
        auto lease = run_.pool().acquire();
        core::pg::Transaction tx(lease, {.actor = "system", .organization = run_.organization()});
        hooks::switch_off(tx, webhook_, why);
        tx.commit();
    }

    queue::Run& run_;
    std::string webhook_;
    std::vector<std::string> allowed_;
    std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::now() + kTurn;
    std::size_t delivered_ = 0;
};

/// A run for when something is due again; one for each such second.
void come_back(queue::Run& run, const std::string& webhook, double seconds) {
    const auto at = std::chrono::ceil<std::chrono::seconds>(
        std::chrono::system_clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
    queue::submit_alone(run.pool(), {.kind = "webhook.deliver",
                                     .args = {{"webhook_id", webhook}},
                                     .organization = run.organization(),
                                     .not_before = at,
                                     .unique_key = "webhook:" + webhook + ":" + core::time::rfc3339(at),
                                     .origin = "handler"});
}

}  // namespace

queue::Outcome work(const json::object& args, queue::Run& run) {
    const auto webhook = json::text_in(args, "webhook_id");
    Turn turn(run, webhook);
    while (turn.take()) {
        turn.serve();
        turn.leave();
        if (run.stop().stop_requested()) return queue::Cancelled{};
        const auto coming = core::pg::once(run.pool(), sql::coming, webhook);
        if (coming.empty() || coming.is_null(0, 0)) break;
        if (const auto seconds = coming.real(0, 0); seconds > 0) {
            come_back(run, webhook, seconds);
            break;
        }
        if (!turn.has_time()) return queue::Again{};
    }
    return queue::Done{{{"delivered", turn.delivered()}}};
}

}  // namespace nightshift::workers::webhooks::deliver
