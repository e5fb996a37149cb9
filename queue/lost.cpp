#include "queue/lost.h"

#include <algorithm>

#include "core/log/log.h"
#include "queue/settle.h"
#include "queue/sql.h"

namespace nightshift::queue {

using std::chrono::milliseconds;

Lost::Lost(Context& context, std::function<std::set<std::string>()> held) : context_(context), held_(std::move(held)) {}

milliseconds Lost::run_once() {
    const auto rest = std::clamp(context_.settings.lease / 6, milliseconds(100), milliseconds(5000));
    if (!context_.may_claim) return rest;
    const auto seconds = std::chrono::duration<double>(rest).count();
    const auto began = std::chrono::steady_clock::now();
    const auto rows = core::pg::once(context_.quick, sql::owned, context_.incarnation(), seconds);
    pace_.done(began);
    std::map<std::string, int> suspects;
    const auto held = rows.empty() ? std::set<std::string>{} : held_();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string id(rows.text(i, 0));
        if (held.contains(id)) continue;
        const auto epoch = static_cast<int>(rows.number(i, 1));
        const auto before = suspects_.find(id);
        if (before != suspects_.end() && before->second == epoch)
            give_back(id, epoch);
        else
            suspects.emplace(id, epoch);
    }
    suspects_ = std::move(suspects);
    return std::max(rest, std::chrono::duration_cast<milliseconds>(pace_.rest()));
}

void Lost::give_back(const std::string& id, int epoch) {
    static constexpr Kind kAny{.name = "any", .doc = ""};
    Claimed run;
    run.id = id;
    run.epoch = epoch;
    run.incarnation = context_.incarnation();
    const auto settled = settle(context_.pool, run, kAny, Interrupted{}, {});
    if (!settled.accepted) return;  // it ended meanwhile
    core::log::warn("run.found", {{"run", id}, {"epoch", std::to_string(epoch)}});
    context_.wake(settled.woken);
}

}  // namespace nightshift::queue
