#include "queue/worker.h"

#include <algorithm>

#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "queue/claim.h"
#include "queue/sql.h"

namespace nightshift::queue {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Messages of up to 512 runs each: what is held in reserve, nothing urgent overtakes.
constexpr std::uint16_t kPrefetch = 4;
constexpr std::size_t kMostHints = 16;    // taken at once
constexpr std::size_t kFreePerHint = 16;  // slots that stand free for each hint taken
constexpr auto kPatience = 250ms;         // full for longer than this: let others have the hints
constexpr auto kLookAtBroker = 2s;
constexpr auto kLateHint = 1s, kStayAside = 10s;
constexpr std::size_t kMostPerClaim = 512;

}  // namespace

Worker::Worker(Context& context, Transport* broker, Transport& fallback)
    : context_(context), broker_(broker), fallback_(fallback), completer_(context), slots_(context, completer_) {}

Worker::~Worker() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    slots_.stop();
    completer_.stop();
}

void Worker::start() {
    completer_.start();
    slots_.start();
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

std::chrono::milliseconds Worker::stalled() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - moved_.load());
}

void Worker::work(const std::stop_token& stop) {
    auto pause = 100ms;
    while (!stop.stop_requested()) {
        moved_ = steady_clock::now();
        try {
            turn();
            pause = 100ms;
        } catch (const core::Error& problem) {
            if (problem.code() == core::Code::broker) {
                lose(problem);
                continue;
            }
            core::log::warn("worker.failed", {{"error", problem.what()}});
            let_go(pause);
            pause = std::min<std::chrono::milliseconds>(pause * 2, 2s);
        } catch (const std::exception& problem) {
            core::log::error("worker.failed", {{"error", problem.what()}});
            let_go(pause);
        }
    }
    try {
        hand_back();
    } catch (const std::exception& problem) {  // they are hinted again by age
        core::log::warn("worker.hand_back_failed", {{"error", problem.what()}});
    }
    consumer_.reset();
}

/// After a claim that failed its hints are not acknowledged: as many as the prefetch, and the broker would give us no
/// more, for ever. Without the consumer it gives them again.
void Worker::let_go(std::chrono::milliseconds pause) {
    consumer_.reset();
    std::this_thread::sleep_for(pause);
}

void Worker::turn() {
    if (context_.draining || !context_.may_claim) {
        hand_back();
        consumer_.reset();
        std::this_thread::sleep_for(20ms);
        return;
    }
    if (!slots_.wait_for_room(kPatience)) {
        hand_back();
        consumer_.reset();  // the broker gives what it had pushed to somebody with a free slot
        return;
    }
    // They take longer than those before them: nothing urgent overtakes what we hold.
    if (slots_.time_for(pending_.size()) > 2 * kPatience) hand_back();
    if (pending_.empty()) receive();
    claim_pending();
}

bool Worker::take(const std::vector<Hint::Item>& items) {
    if (context_.draining || !context_.may_claim) return false;
    claim_now(items);
    return true;
}

void Worker::receive() {
    if (on_broker_ || broker_ == nullptr || steady_clock::now() < retry_broker_at_) {
        if (!consumer_) open();
    } else {
        open();
    }
    const auto room = slots_.room();
    consumer_->widen(prefetch());
    const auto deliveries = consumer_->receive(std::clamp<std::size_t>(room / kFreePerHint, 1, kMostHints),
                                               is_aside() ? kPatience / 5 : kPatience);
    for (const auto& delivery : deliveries)
        pending_.insert(pending_.end(), delivery.hint.items.begin(), delivery.hint.items.end());
    // Hints are disposable: what is lost with us from here on is hinted again by its age.
    if (deliveries.empty()) return look_aside();
    aside_until_ = {};
    core::fail_point("hint.received");
    claim_pending();
    consumer_->acknowledge(deliveries.back().tag);
    core::fail_point("hint.acknowledged");
}

/// The broker may be there for us and not for who hints: an alarm blocks publishers alone. So whoever has nothing to do
/// looks for runs that wait for a hint, and keeps looking while that is how they come.
void Worker::look_aside() {
    const auto now = steady_clock::now();
    const bool aside = is_aside();
    if (!on_broker_ || (!aside && now < look_aside_at_)) return;
    // Sooner and oftener than it would be hinted again, which makes it young.
    const auto limit = std::min<std::chrono::milliseconds>(kLateHint, context_.settings.rehint / 2);
    look_aside_at_ = now + limit;
    const auto late = aside ? 0.0 : std::chrono::duration<double>(limit).count();
    const auto rows = core::pg::once(context_.quick, sql::dispatched_late, context_.settings.queues, late,
                                     std::max<std::size_t>(slots_.room(), 1), late_.back(now));
    late_.reached(now, rows.empty() ? late : rows.real(0, 2));
    for (std::size_t i = 0; i < rows.size(); ++i)
        pending_.push_back({std::string(rows.text(i, 0)), static_cast<int>(rows.number(i, 1))});
    if (rows.empty()) return;
    if (!aside) core::log::warn("hints.late", {{"meanwhile", "claims come from PostgreSQL"}});
    aside_until_ = now + kStayAside;
    claim_pending();
}

/// No more hints ahead than there are free slots: others may have some.
std::uint16_t Worker::prefetch() const {
    return static_cast<std::uint16_t>(std::clamp<std::size_t>(slots_.room(), 1, kPrefetch));
}

void Worker::claim_pending() {
    if (pending_.empty()) return;
    const auto count = std::min({slots_.room(), pending_.size(), kMostPerClaim});
    if (count == 0) return;
    const std::vector<Hint::Item> items(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
    claim_now(items);
}

void Worker::claim_now(const std::vector<Hint::Item>& items) {
    auto claimed = claim(context_.quick, items, context_.incarnation());
    context_.metrics.hints_stale.add(static_cast<double>(items.size() - claimed.size()));
    slots_.give(std::move(claimed));
}

void Worker::hand_back() {
    if (pending_.empty()) return;
    const std::vector<Hint::Item> items(pending_.begin(), pending_.end());
    unclaim(context_.quick, items);
    pending_.clear();
    context_.wake({"*"});
}

void Worker::open() {
    if (const auto began = steady_clock::now(); broker_ != nullptr && began >= retry_broker_at_) {
        try {
            consumer_ = broker_->consumer(context_.settings.queues, prefetch());
            if (!on_broker_) core::log::info("broker.up", {{"role", "worker"}});
            on_broker_ = true;
            context_.broker_up = true;
            return;
        } catch (const core::Error& problem) {
            lose(problem);
            const auto ended = steady_clock::now();  // one that lets us wait is asked less often
            retry_broker_at_ = std::max(retry_broker_at_, ended + (ended - began) * 5);
        }
    }
    if (!consumer_) consumer_ = fallback_.consumer(context_.settings.queues, kPrefetch);
}

void Worker::lose(const std::exception& problem) {
    if (on_broker_ || retry_broker_at_ == steady_clock::time_point{})
        core::log::warn("broker.down",
                        {{"role", "worker"}, {"error", problem.what()}, {"meanwhile", "claims come from PostgreSQL"}});
    on_broker_ = false;
    context_.broker_up = false;
    retry_broker_at_ = steady_clock::now() + kLookAtBroker;
    consumer_ = fallback_.consumer(context_.settings.queues, kPrefetch);
}

std::set<std::string> Worker::held() const {
    std::set<std::string> ids;
    slots_.add_held(ids);  // before the completer: a run goes from the one to the other
    completer_.add_held(ids);
    return ids;
}

bool Worker::drain(std::chrono::milliseconds limit) {
    constexpr auto kLastWord = 5s;
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    const bool idle = slots_.wait_until_idle(limit);
    if (!idle) {
        slots_.give_back_waiting();
        slots_.ask_all_to_stop(StopReason::drain);
        slots_.wait_until_idle(kLastWord);
        context_.leaving = true;
    }
    completer_.stop();
    return idle && !slots_.has_abandoned();
}

}  // namespace nightshift::queue
