#include "queue/slots.h"

#include <algorithm>

#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/log/context.h"
#include "core/log/log.h"
#include "queue/isolation.h"
#include "queue/kinds.h"
#include "queue/sql.h"

namespace nightshift::queue {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kAhead = 20ms;  // claimed but not started: no more than this much work
constexpr std::int64_t kMostAhead = 2048;
constexpr auto kRest = 200ms;
constexpr auto kGrace = 10s;  // between asking a handler to stop and giving its thread up
constexpr std::size_t kMostAbandoned = 32;

/// What the handler said, seen in the light of why it was asked to stop.
Ending judge(const Execution& execution, Outcome outcome) {
    const bool is_done = std::holds_alternative<Done>(outcome);
    switch (execution.stopped_for()) {
        case StopReason::none:
            return outcome;
        case StopReason::cancelled:
            return is_done ? Ending{outcome} : Ending{Outcome{Cancelled{}}};
        case StopReason::timeout:
            return is_done ? Ending{outcome}
                           : Ending{TimedOut{"took longer than its time limit of " +
                                             std::to_string(execution.claimed().timeout.count()) + " ms"}};
        case StopReason::drain:
        case StopReason::fenced:
            return is_done ? Ending{outcome} : Ending{Interrupted{}};
    }
    return outcome;
}

}  // namespace

Slots::Slots(Context& context, Completer& completer) : context_(context), completer_(completer) {}
Slots::~Slots() {
    stop();
}

void Slots::start() {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < context_.settings.slots; ++i) add_thread();
}

void Slots::add_thread() {
    auto seat = std::make_shared<Seat>();
    seats_.push_back(seat);
    threads_.emplace_back([this, seat](const std::stop_token& stop) { work(stop, seat); });
}

void Slots::give(std::vector<Claimed> runs) {
    if (runs.empty()) return;
    const auto count = runs.size();
    const RunSeries* series = nullptr;  // a batch is mostly of one kind
    for (auto& run : runs) {
        if (series == nullptr || series->kind != run.kind || series->queue != run.queue)
            series = &context_.metrics.of(run.queue, run.kind);
        run.series = series;
        series->waited.observe(run.waited);
    }
    {
        const std::lock_guard lock(mutex_);
        if (have_rested()) usual_ns_ = -1;
        for (auto& run : runs) waiting_.push_back(std::move(run));
    }
    count == 1 ? given_.notify_one() : given_.notify_all();
}

std::size_t Slots::idle() const {
    const std::lock_guard lock(mutex_);
    const auto taken = waiting_.size() + busy_;
    return context_.settings.slots > taken ? context_.settings.slots - taken : 0;
}

std::size_t Slots::room() const {
    const auto slots = static_cast<std::int64_t>(context_.settings.slots);
    const std::lock_guard lock(mutex_);
    const auto usual = have_rested() ? -1 : usual_ns_.load();
    const auto ahead = usual < 0 ? 0
                                 : std::min<std::int64_t>(kMostAhead, slots * std::chrono::nanoseconds(kAhead).count() /
                                                                          std::max<std::int64_t>(usual, 1));
    const auto taken = static_cast<std::int64_t>(waiting_.size() + busy_);
    // Writing is part of the work: a completer that falls behind slows the claims down.
    const auto writing = static_cast<std::int64_t>(completer_.waiting());
    return static_cast<std::size_t>(
        std::max<std::int64_t>(0, slots + (ahead < slots ? 0 : ahead) - taken - writing / 4));
}

std::chrono::nanoseconds Slots::time_for(std::size_t runs) const {
    const auto usual = std::max<std::int64_t>(usual_ns_.load(), 0);
    return std::chrono::nanoseconds(static_cast<std::int64_t>(runs) * usual /
                                    static_cast<std::int64_t>(context_.settings.slots));
}

bool Slots::wait_for_room(std::chrono::milliseconds limit) {
    const auto until = steady_clock::now() + limit;
    while (room() == 0) {
        const auto now = steady_clock::now();
        if (now >= until) return false;
        std::unique_lock lock(mutex_);
        freed_.wait_until(lock, std::min(until, now + 5ms));  // the completer frees room too, without a signal
    }
    return true;
}

void Slots::work(const std::stop_token& stop, const std::shared_ptr<Seat>& seat) {
    for (;;) {
        Claimed next;
        {
            std::unique_lock lock(mutex_);
            given_.wait(lock, stop, [this] { return !waiting_.empty(); });
            if (waiting_.empty()) return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
            ++busy_;
        }
        run(std::move(next), seat);
        --busy_;
        note_rest();
        freed_.notify_one();
        if (seat->abandoned) return;  // somebody else sits here now
    }
}

void Slots::run(Claimed claimed, const std::shared_ptr<Seat>& seat) {
    const auto began = steady_clock::now();
    const auto* kind = find_kind(claimed.kind);
    static constexpr Kind kUnknown{.name = "unknown", .doc = ""};
    auto execution = std::make_shared<Execution>(context_, std::move(claimed), kind == nullptr ? kUnknown : *kind);
    const core::log::Context about([&](const core::log::Tell& tell) { execution->describe(tell); });
    {
        const std::lock_guard lock(mutex_);
        seat->execution = execution;
    }
    std::optional<Ending> ending =
        kind == nullptr ? Ending{Outcome{Permanent{
                              "unknown_kind", "no kind \"" + execution->claimed().kind +
                                                  "\" in this program; deploy a worker that has it, then redrive"}}}
                        : handle(*execution);
    const auto took = steady_clock::now() - began;
    if (execution->claimed().series != nullptr)
        execution->claimed().series->took.observe(std::chrono::duration<double>(took).count());
    bool ours = true;
    {
        const std::lock_guard lock(mutex_);
        ours = !seat->abandoned;
        seat->reporting = ours;
    }
    if (ours && ending) report(*execution, std::move(*ending));
    {
        const std::lock_guard lock(mutex_);
        seat->execution = nullptr;
        seat->reporting = false;
    }
    learn(steady_clock::now() - began);
}

std::optional<Ending> Slots::handle_in_child(Execution& execution) {
    auto ending = run_in_child(execution, context_.settings);
    if (const auto* finished = std::get_if<FinishedInChild>(&ending)) {
        context_.metrics.ended(execution.claimed().series, finished->accepted ? "succeeded" : "fenced");
        if (!finished->accepted)
            core::log::warn("run.fenced", {{"run", execution.id()}, {"epoch", std::to_string(execution.epoch())}});
        if (!finished->woken.empty()) context_.wake(finished->woken);
        return std::nullopt;
    }
    auto& said = std::get<Ending>(ending);
    if (auto* outcome = std::get_if<Outcome>(&said)) return judge(execution, std::move(*outcome));
    return std::move(said);
}

/// Nothing: the run was ended already, by its child.
std::optional<Ending> Slots::handle(Execution& execution) {
    const auto& kind = execution.kind();
    try {
        auto args = core::json::parse_object(execution.claimed().args);
        core::schema::require(kind.args, args, "args");
        core::fail_point("work.before_handler");
        if (kind.isolation == Isolation::process) return handle_in_child(execution);
        return judge(execution, kind.body(args, execution));
    } catch (const core::Error& problem) {
        if (problem.code() == core::Code::validation || problem.code() == core::Code::bad_json)
            return Outcome{Permanent{"bad_arguments", problem.what()}};
        return judge(execution, Retry{std::string(problem.name()), problem.what()});
    } catch (const std::exception& problem) {
        return judge(execution, Retry{"exception", problem.what()});
    }
}

void Slots::report(Execution& execution, Ending ending) {
    const auto* outcome = std::get_if<Outcome>(&ending);
    const auto* done = outcome == nullptr ? nullptr : std::get_if<Done>(outcome);
    if (done == nullptr) {
        execution.roll_back();
        settle_surely(execution, ending);
    } else if (!execution.has_transaction()) {
        completer_.finish(execution.claimed(), done->result.is_null() ? std::string{} : core::json::text(done->result));
    } else if (const auto instead = finish_surely(execution, done->result)) {
        settle_surely(execution, *instead);
    }
}

/// Nothing: it ended. Else the effect and the end were rolled back together, and the run ends so instead: free of
/// charge where the world was at fault, as a failed try where what the handler wrote can't be committed. A commit whose
/// outcome is unknown is never repeated: the fence in `back` tells whether it happened.
std::optional<Ending> Slots::finish_surely(Execution& execution, const json::value& result) {
    try {
        std::vector<std::string> woken;
        const bool accepted = execution.finish(result, woken);
        context_.metrics.ended(execution.claimed().series, accepted ? "succeeded" : "fenced");
        if (!accepted)
            core::log::warn("run.fenced", {{"run", execution.id()}, {"epoch", std::to_string(execution.epoch())}});
        if (!woken.empty()) context_.wake(woken);
        return std::nullopt;
    } catch (const core::Error& problem) {
        core::log::warn("finish.failed", {{"run", execution.id()}, {"error", problem.what()}});
        execution.roll_back();
        if (problem.again()) return Interrupted{};
        return Outcome{Retry{std::string(problem.name()), problem.what()}};
    } catch (const std::exception& problem) {
        core::log::warn("finish.failed", {{"run", execution.id()}, {"error", problem.what()}});
        execution.roll_back();
        return Outcome{Retry{"exception", problem.what()}};
    }
}

void Slots::settle_surely(const Execution& execution, const Ending& ending) {
    const SettleRules rules{.crash_budget = context_.settings.crash_budget, .jitter = random_share()};
    const auto give_up = steady_clock::now() + 2 * context_.settings.lease;
    for (;;) {
        try {
            core::fail_point("settle.before_commit");
            const auto settled = settle(context_.sure, execution.claimed(), execution.kind(), ending, rules);
            core::fail_point("settle.after_commit");
            context_.metrics.ended(execution.claimed().series, settled.accepted ? settled.state : "fenced");
            if (!settled.accepted)
                core::log::warn("run.fenced", {{"run", execution.id()}, {"epoch", std::to_string(execution.epoch())}});
            else
                core::log::info(
                    "run.settled",
                    {{"run", execution.id()}, {"kind", execution.claimed().kind}, {"state", settled.state}});
            if (!settled.woken.empty()) context_.wake(settled.woken);
            return;
        } catch (const std::exception& problem) {
            core::log::warn("settle.failed", {{"run", execution.id()}, {"error", problem.what()}});
            if (context_.leaving || steady_clock::now() > give_up) return;  // found or rescued later
            std::this_thread::sleep_for(200ms);
        }
    }
}

void Slots::learn(std::chrono::nanoseconds took) {
    const auto before = usual_ns_.load();
    // Slowness is believed at once, speed only by and by: taking too much ahead of a slow handler makes runs wait.
    usual_ns_ = before < 0 || took.count() > before ? took.count() : (before * 7 + took.count()) / 8;
}

/// What comes after a rest may be of another kind: how long that takes is not known.
bool Slots::have_rested() const {
    return waiting_.empty() && busy_ == 0 && steady_clock::now() - at_rest_since_ > kRest;
}

void Slots::note_rest() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() && busy_ == 0) at_rest_since_ = steady_clock::now();
}

void Slots::ask_to_stop(const std::string& run, StopReason reason) {
    const std::lock_guard lock(mutex_);
    for (const auto& seat : seats_)
        if (seat->execution && seat->execution->id() == run) seat->execution->ask_to_stop(reason);
}

void Slots::ask_all_to_stop(StopReason reason) {
    const std::lock_guard lock(mutex_);
    for (const auto& seat : seats_)
        if (seat->execution) seat->execution->ask_to_stop(reason);
}

void Slots::watch() {
    std::vector<std::shared_ptr<Execution>> given_up;
    {
        const std::lock_guard lock(mutex_);
        const auto now = steady_clock::now();
        for (const auto& seat : seats_) {
            if (!seat->execution || seat->abandoned || seat->reporting) continue;
            if (now > seat->execution->deadline()) seat->execution->ask_to_stop(StopReason::timeout);
            const bool asked = seat->execution->stopped_for() != StopReason::none;
            if (!asked)
                seat->asked = {};
            else if (seat->asked == steady_clock::time_point{})
                seat->asked = now;
            else if (now - seat->asked > kGrace && seat->execution->kind().isolation == Isolation::thread) {
                seat->abandoned = true;
                given_up.push_back(seat->execution);
            }
        }
        const auto abandoned =
            static_cast<std::size_t>(std::ranges::count_if(seats_, [](const auto& seat) { return seat->abandoned; }));
        for (std::size_t i = 0; i < given_up.size() && abandoned <= kMostAbandoned; ++i) add_thread();
    }
    for (const auto& execution : given_up) {
        core::log::error("run.abandoned", {{"run", execution->id()}, {"kind", std::string(execution->kind().name)}});
        settle_surely(*execution, judge(*execution, Retry{"abandoned", "its handler ignored the request to stop"}));
    }
}

bool Slots::wait_until_idle(std::chrono::milliseconds limit) {
    const auto until = steady_clock::now() + limit;
    const auto idle = [this] {
        return waiting_.empty() &&
               std::ranges::none_of(seats_, [](const auto& seat) { return seat->execution && !seat->abandoned; });
    };
    std::unique_lock lock(mutex_);
    while (!idle() && steady_clock::now() < until) freed_.wait_for(lock, 20ms);
    return idle();
}

void Slots::give_back_waiting() {
    static constexpr Kind kAny{.name = "any", .doc = ""};
    std::deque<Claimed> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(waiting_);
    }
    for (auto& run : taken) settle_surely(Execution(context_, std::move(run), kAny), Interrupted{});
}

void Slots::forget_waiting() {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
}

void Slots::add_held(std::set<std::string>& ids) const {
    const std::lock_guard lock(mutex_);
    for (const auto& run : waiting_) ids.insert(run.id);
    for (const auto& seat : seats_)
        if (seat->execution && !seat->abandoned) ids.insert(seat->execution->id());
}

bool Slots::has_abandoned() const {
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(seats_, [](const auto& seat) { return seat->execution && seat->abandoned; });
}

void Slots::stop() {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
}

}  // namespace nightshift::queue
