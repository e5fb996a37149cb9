#include "workers/notifications/deliver.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "core/error/error.h"
#include "core/log/log.h"
#include "domain/deliveries/destinations.h"
#include "domain/deliveries/ledger.h"
#include "queue/settle.h"

namespace nightshift::workers::notifications::deliver {
namespace {

namespace deliveries = domain::deliveries;
using core::mail::Outcome;

/// The row names no path: the file lies in the folder, under a name without one.
std::string bytes_of(const queue::Run& run, const deliveries::File& file) {
    const auto folder = run.setting("reports.folder");
    const auto path =
        std::filesystem::path(std::string(folder.as_string())) / std::filesystem::path(file.path).filename();
    std::ifstream in(path, std::ios::binary);
    if (!in) throw core::Error(core::Code::validation, "report " + file.name + ": its file is gone");
    return {std::istreambuf_iterator<char>(in), {}};
}

queue::Outcome outcome_of(const std::string& state, const core::mail::Sent& sent, const queue::Run& run) {
    const auto error_class = "mail_" + std::string(name_of(sent.stage));
    if (state == "deferred" && run.stop().stop_requested()) return queue::Cancelled{};
    if (state == "deferred") return queue::Retry{error_class, sent.message};
    if (state == "dead") return queue::Permanent{error_class, sent.message};
    if (state == "unknown") core::log::warn("delivery.unknown", {{"run", run.id()}, {"said", sent.message}});
    return queue::Done{{{"state", state}, {"said", sent.message}}};
}

queue::Outcome try_once(const deliveries::Try& attempt, const deliveries::MailSettings& settings, queue::Run& run) {
    const auto sent = core::mail::send(
        settings.server, {.from = settings.from.address, .to = attempt.address}, core::mail::written(attempt.mail),
        [&] { deliveries::leaving(run.pool(), attempt); }, run.stop());
    return outcome_of(deliveries::end(run.pool(), attempt, sent, settings, run.stop().stop_requested()), sent, run);
}

/// Nothing: it goes now. What waits for its destination costs no try.
std::optional<queue::Outcome> held_up(const deliveries::MailSettings& settings, const std::string& delivery,
                                      queue::Run& run) {
    if (!settings.is_on()) return std::nullopt;
    const auto go = deliveries::may_go(run.pool(), settings, delivery);
    if (go.is_hopeless) {
        deliveries::give_up(run.pool(), delivery, go.why);
        return queue::Permanent{"mail_destination", go.why};
    }
    if (go.wait.count() <= 0) return std::nullopt;
    // Those who wait for the same do not all come back in the same moment.
    constexpr double kSpread = 0.1;
    const auto more = kSpread * queue::random_share() * static_cast<double>(go.wait.count());
    return queue::Throttled{go.wait + std::chrono::milliseconds(static_cast<std::int64_t>(more)), go.why};
}

}  // namespace

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    const auto settings = deliveries::settings_from([&](std::string_view path) { return run.setting(path); });
    const auto delivery = core::json::text_in(args, "delivery_id");
    if (auto waits = held_up(settings, delivery, run)) return *std::move(waits);
    try {
        const auto begun = deliveries::begin({.pool = run.pool(),
                                              .settings = settings,
                                              .delivery = delivery,
                                              .run = run.id(),
                                              .read_file = [&](const auto& file) { return bytes_of(run, file); }});
        if (const auto* settled = std::get_if<deliveries::Settled>(&begun)) {
            deliveries::release(run.pool(), delivery);
            return queue::Done{{{"state", settled->state}}};
        }
        return try_once(std::get<deliveries::Try>(begun), settings, run);
    } catch (const core::Error& problem) {
        const bool is_forgotten = problem.code() == core::Code::not_found;  // delivery.cleanup
        if (problem.code() != core::Code::validation && !is_forgotten) throw;
        deliveries::give_up(run.pool(), delivery, problem.what());
        deliveries::release(run.pool(), delivery);
        return queue::Permanent{std::string(problem.name()), problem.what()};
    }
}

}  // namespace nightshift::workers::notifications::deliver
