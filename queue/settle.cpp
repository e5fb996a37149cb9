#include "queue/settle.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <random>

#include "core/error/error.h"
#include "core/log/log.h"
#include "core/text/utf8.h"
#include "core/time/time.h"
#include "queue/sql.h"

namespace nightshift::queue {
namespace {

using core::pg::Transaction;

template <class... Ts>
struct Overload : Ts... {
    using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;  // clang needs it said

/// What to write for an ending: back for another try, or the end.
struct Verdict {
    bool is_end = false;
    std::string state;  // of an end
    double wait = 0;    // seconds, of a try
    int attempts_back = 0, crashes = 0;
    std::string outcome, error_class, message, evidence;
};

Verdict dead(std::string error_class, std::string message) {
    return {.is_end = true,
            .state = "dead",
            .outcome = "dead",
            .error_class = std::move(error_class),
            .message = std::move(message)};
}

Verdict counted(const Claimed& run, const Kind& kind, double jitter, std::string error_class, std::string message) {
    if (run.attempt >= run.max_attempts) return dead(std::move(error_class), std::move(message));
    return {.wait = core::time::as_seconds(backoff(kind, run.attempt, jitter)),
            .outcome = "retry",
            .error_class = std::move(error_class),
            .message = std::move(message)};
}

Verdict crashed(const Claimed& run, const Crashed& crash, const SettleRules& rules) {
    auto verdict =
        run.crashes + 1 >= rules.crash_budget
            ? dead("crash", crash.message)
            : Verdict{
                  .wait = 1, .attempts_back = 1, .outcome = "crash", .error_class = "crash", .message = crash.message};
    verdict.crashes = 1;
    verdict.evidence = crash.evidence;
    return verdict;
}

Verdict verdict_of(const Claimed& run, const Kind& kind, const Ending& ending, const SettleRules& rules) {
    const auto of_outcome = Overload{
        [](const Done&) -> Verdict {
            throw core::Error(core::Code::internal, "settle: a run that is done is finished, not settled");
        },
        [&](const Retry& o) { return counted(run, kind, rules.jitter, o.error_class, o.message); },
        [](const Throttled& o) {
            return Verdict{.wait = core::time::as_seconds(o.after),
                           .attempts_back = 1,
                           .outcome = "throttled",
                           .error_class = "throttled",
                           .message = o.message};
        },
        [](const Permanent& o) { return dead(o.error_class, o.message); },
        [](const Snooze& o) {
            return Verdict{.wait = core::time::as_seconds(o.after), .attempts_back = 1, .outcome = "snoozed"};
        },
        [](const Again&) { return Verdict{.attempts_back = 1, .outcome = "again"}; },
        [](const Cancelled&) {
            return Verdict{
                .is_end = true, .state = "cancelled", .outcome = "cancelled", .message = "stopped on request"};
        },
    };
    return std::visit(
        Overload{
            [&](const Outcome& outcome) { return std::visit(of_outcome, outcome); },
            [&](const Crashed& crash) { return crashed(run, crash, rules); },
            [&](const TimedOut& late) { return counted(run, kind, rules.jitter, "timeout", late.message); },
            [](const Interrupted&) { return Verdict{.attempts_back = 1, .outcome = "interrupted"}; },
        },
        ending);
}

void release(Transaction& tx, const std::vector<std::string>& parents, std::vector<std::string>* woken) {
    if (parents.empty()) return;
    const auto rows = tx.run(sql::dependency_release, parents);
    for (std::size_t i = 0; woken != nullptr && i < rows.size(); ++i) woken->emplace_back(rows.text(i, 0));
}

std::size_t finish_rows(Transaction& tx, const std::vector<Finished>& runs, const std::string& incarnation,
                        std::vector<std::string>* woken) {
    std::vector<std::string> ids, results, parents;
    std::vector<std::int64_t> epochs;
    std::vector<const Finished*> in_order;
    for (const auto& run : runs) in_order.push_back(&run);
    std::ranges::sort(in_order, {}, [](const Finished* run) -> const std::string& { return run->id; });
    for (const auto* run : in_order) {
        ids.push_back(run->id);
        epochs.push_back(run->epoch);
        results.push_back(run->result);
    }
    const auto rows = tx.run(sql::finish, ids, epochs, results, incarnation);
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows.flag(i, 1)) parents.emplace_back(rows.text(i, 0));
    release(tx, parents, woken);
    return rows.size();
}

}  // namespace

bool finish_in(Transaction& tx, const std::string& id, int epoch, const std::string& incarnation,
               const json::value& result, std::vector<std::string>* woken) {
    return finish_rows(tx, {{id, epoch, result.is_null() ? "" : json::text(result)}}, incarnation, woken) == 1;
}

std::size_t finish_many(core::pg::Pool& pool, const std::vector<Finished>& runs, const std::string& incarnation,
                        std::vector<std::string>& woken) {
    auto lease = pool.acquire();
    Transaction tx(lease);
    const auto accepted = finish_rows(tx, runs, incarnation, &woken);
    tx.commit();
    return accepted;
}

Settled settle(core::pg::Pool& pool, const Claimed& run, const Kind& kind, const Ending& ending,
               const SettleRules& rules) {
    auto verdict = verdict_of(run, kind, ending, rules);
    // What a handler says may hold any bytes; an end that can't be written would be no end.
    for (auto* text : {&verdict.error_class, &verdict.message, &verdict.evidence}) *text = core::text::storable(*text);
    auto lease = pool.acquire();
    Transaction tx(lease);
    Settled settled;
    if (verdict.is_end) {
        const auto print =
            verdict.state == "dead" ? fingerprint(run.kind, verdict.error_class, verdict.message) : std::string{};
        const auto rows = tx.run(sql::end, run.id, run.epoch, run.incarnation, verdict.state, verdict.error_class,
                                 verdict.message, print, verdict.evidence, verdict.crashes);
        settled.accepted = !rows.empty();
        if (settled.accepted && rows.flag(0, 1)) tx.run(sql::dependency_abandon, std::vector<std::string>{run.id});
        settled.state = verdict.state;
    } else {
        const auto rows =
            tx.run(sql::back, run.id, run.epoch, run.incarnation, verdict.wait, verdict.attempts_back, verdict.crashes,
                   verdict.outcome, verdict.error_class, verdict.message, verdict.evidence);
        settled.accepted = !rows.empty();
        settled.state = verdict.outcome;
        if (settled.accepted && verdict.wait <= 0) settled.woken.emplace_back(rows.text(0, 1));
    }
    tx.commit();
    if (settled.accepted && settled.state == "dead")
        core::log::error(
            "run.dead",
            {{"run", run.id}, {"kind", run.kind}, {"error_class", verdict.error_class}, {"error", verdict.message}});
    return settled;
}

std::string fingerprint(std::string_view kind, std::string_view error_class, std::string_view message) {
    constexpr std::size_t kLongest = 160;
    std::string out = std::string(kind) + ":" + std::string(error_class) + ":";
    char quote = 0;
    for (const char c : message) {
        if (out.size() > kLongest) break;
        if (quote != 0) {
            if (c == quote) quote = 0;
            continue;
        }
        if (c == '"') {
            quote = c;
            out += "\"\"";
        } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
            if (!out.ends_with('#')) out += '#';
        } else {
            out += c;
        }
    }
    return out;
}

double random_share() {
    thread_local std::minstd_rand engine{std::random_device{}()};
    return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

std::chrono::milliseconds backoff(const Kind& kind, int attempt, double jitter) {
    const auto grown = static_cast<double>(kind.backoff_first.count()) * std::pow(3.0, std::max(attempt - 1, 0));
    const auto capped = std::min(grown, static_cast<double>(kind.backoff_limit.count()));
    return std::chrono::milliseconds(std::max<std::int64_t>(1, std::llround(capped * std::clamp(jitter, 0.0, 1.0))));
}

}  // namespace nightshift::queue
