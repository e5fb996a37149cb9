#include "workers/maintenance/delivery_cleanup.h"

#include <optional>

#include "domain/deliveries/sql.h"
#include "domain/notifications/sql.h"
#include "domain/webhooks/sql.h"

namespace nightshift::workers::maintenance::delivery_cleanup {
namespace {

namespace json = core::json;
constexpr int kBatch = 2000, kMonth = 30, kQuarter = 90, kHalfAYear = 180;

/// Asked to stop.
struct Stopped {};

class Broom {
public:
    Broom(queue::Run& run, const json::object& args) : run_(run), args_(args) { told_["dry_run"] = is_dry(args); }

    /// The age that counts; none: nothing is forgotten.
    std::optional<std::chrono::system_clock::time_point> before(std::string_view name, int otherwise) {
        const int days = number_of(args_, name, run_, "retention." + std::string(name), otherwise);
        told_[name] = days;
        if (days == 0) return std::nullopt;
        return run_.now() - std::chrono::hours(24) * days;
    }
    /// A batch at a time, each committed by itself.
    void ended(std::string_view what, std::string_view name, int otherwise, const core::pg::Statement& would,
               const core::pg::Statement& forget) {
        const auto old = before(name, otherwise);
        std::int64_t gone = 0;
        if (old && is_dry(args_)) gone = core::pg::once(run_.pool(), would, run_.organization(), *old).number(0, 0);
        for (std::int64_t batch = kBatch; old && !is_dry(args_) && batch == kBatch;) {
            heed_stop();
            const auto rows = core::pg::once(run_.pool(), forget, run_.organization(), *old, kBatch);
            batch = rows.number(0, 0);
            gone += rows.number(0, 1);
            run_.progress(0.5, std::to_string(gone) + " of " + std::string(what));
        }
        told_[what] = gone;
    }
    /// After the mails: one that is kept keeps what it tells.
    void notifications() {
        namespace sql = domain::notifications::sql;
        const auto old = before("notifications_days", kHalfAYear);
        std::int64_t gone = 0;
        if (old && is_dry(args_))
            gone = core::pg::once(run_.pool(), sql::forget_would, run_.organization(), *old).number(0, 0);
        std::string at = "-infinity", after = "00000000-0000-0000-0000-000000000000";
        for (std::int64_t batch = kBatch; old && !is_dry(args_) && batch == kBatch;) {
            heed_stop();
            const auto rows = core::pg::once(run_.pool(), sql::forget, run_.organization(), *old, kBatch, at, after);
            batch = rows.number(0, 0);
            gone += rows.number(0, 1);
            at = rows.text(0, 2);
            after = rows.text(0, 3);
            run_.progress(0.9, std::to_string(gone) + " notifications");
        }
        told_["notifications"] = gone;
    }
    json::object told() && { return std::move(told_); }

private:
    void heed_stop() const {
        if (run_.stop().stop_requested()) throw Stopped{};
    }
    queue::Run& run_;
    const json::object& args_;
    json::object told_;
};

}  // namespace

queue::Outcome work(const json::object& args, queue::Run& run) {
    Broom broom(run, args);
    try {
        broom.ended("deliveries", "deliveries_days", kQuarter, domain::deliveries::sql::forget_would,
                    domain::deliveries::sql::forget);
        broom.ended("webhook_deliveries", "webhooks_days", kMonth, domain::webhooks::sql::forget_would,
                    domain::webhooks::sql::forget);
        broom.notifications();
        if (!is_dry(args)) core::pg::once(run.pool(), domain::deliveries::sql::destination_forget);
    } catch (const Stopped&) {
        return queue::Cancelled{};
    }
    return queue::Done{std::move(broom).told()};
}

}  // namespace nightshift::workers::maintenance::delivery_cleanup
