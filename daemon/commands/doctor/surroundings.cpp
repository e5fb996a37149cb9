#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "core/amqp/amqp.h"
#include "core/error/error.h"
#include "core/http/client.h"
#include "daemon/commands/console/show.h"
#include "daemon/commands/doctor/checks.h"

namespace nightshift::daemon::doctor {
namespace {

using core::amqp::Link;

constexpr std::uint64_t kTooFull = 100ULL << 20U, kNearlyFull = 1ULL << 30U;  // bytes

std::string mebibytes(std::uint64_t bytes) {
    return std::to_string(bytes >> 20U) + " MiB";
}

/// A queue is asked over a link of its own: the broker closes the channel of one that is missing or of another type.
Finding queues(const std::string& url, const Configuration& configuration) {
    std::string missing;
    const auto served = configuration.at("workers.queues");
    for (const auto& queue : served.as_array()) {
        const auto name = "nightshift." + std::string(queue.as_string());
        try {
            Link(url).depth(name);
        } catch (const core::Error&) {
            missing += (missing.empty() ? "" : ", ") + name;
            continue;
        }
        try {
            Link(url).declare_quorum_queue(name);
        } catch (const core::Error& problem) {
            return {"broker queues", Health::failure, name + " is no quorum queue: " + problem.what(),
                    "stop the daemon, delete the queue (hints only, nothing is lost) and start it: it makes it anew"};
        }
    }
    if (!missing.empty())
        return {"broker queues", Health::warning, "not there: " + missing,
                "start the daemon: it makes what is missing"};
    return {"broker queues", Health::good, "all are quorum queues"};
}

/// To a queue that does not exist: the broker confirms and forgets it, unless an alarm blocks who publishes.
Finding alarms(Link& link) {
    try {
        link.publish({{"nightshift.doctor.nowhere", "{}"}}, std::chrono::seconds(3));
        return {"broker alarms", Health::good, "messages are taken and confirmed"};
    } catch (const core::Error& problem) {
        return {
            "broker alarms", Health::failure, std::string("a message was not confirmed: ") + problem.what(),
            "free memory or disk on the broker's host (rabbitmq-diagnostics alarms); runs go on without it meanwhile"};
    }
}

}  // namespace

Findings check_broker(const Configuration& configuration) {
    if (configuration.text("broker.transport") != "rabbitmq")
        return {{"broker", Health::good, "not used: broker.transport is postgres"}};
    const auto url = configuration.text("broker.url");
    try {
        Link link(url);
        return {{"broker", Health::good, link.server()}, queues(url, configuration), alarms(link)};
    } catch (const core::Error& problem) {
        return {{"broker", Health::failure, problem.what(),
                 "start RabbitMQ, or correct broker.url; meanwhile workers claim from PostgreSQL"}};
    }
}

Findings check_reports_folder(const Configuration& configuration) {
    const std::filesystem::path folder = configuration.text("reports.folder");
    const auto tried = folder / (".doctor." + std::to_string(::getpid()));
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
        return {{"reports folder", Health::failure, folder.string() + " is no folder",
                 "make it, owned by the daemon's user: install -d -o nightshift -m 750 " + folder.string()}};
    const bool is_writable = static_cast<bool>(std::ofstream(tried) << "x" << std::flush);
    std::filesystem::remove(tried, ignored);
    if (!is_writable)
        return {{"reports folder", Health::failure, folder.string() + " can't be written by this user",
                 "run doctor as the daemon's user; if that is who you are, give it the folder"}};
    struct statvfs disk {};
    if (::statvfs(folder.c_str(), &disk) != 0) return {{"reports folder", Health::good, folder.string()}};
    const auto free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    const auto found = folder.string() + ", " + mebibytes(free) + " free";
    if (free < kNearlyFull)
        return {{"reports folder", free < kTooFull ? Health::failure : Health::warning, found,
                 "free space on its disk, or delete reports: nightshift reports delete"}};
    return {{"reports folder", Health::good, found}};
}

Findings check_api(const console::Connection& connection) {
    try {
        const console::Api api(connection);
        const auto ready =
            core::http::fetch({.url = api.url() + "/ready", .timeout = std::chrono::seconds(5), .allow_private = true});
        const auto state = console::text(core::json::parse(ready.body), "status");
        api.get("/api/v1/queues");
        if (state == "ready") return {{"api", Health::good, api.url() + " is ready"}};
        return {{"api", state == "degraded" ? Health::warning : Health::failure, api.url() + " is " + state,
                 "the other findings and the daemon's log say why"}};
    } catch (const console::Refusal& refusal) {
        return {{"api", Health::failure, refusal.what(),
                 "give an API key with --token or NIGHTSHIFT_TOKEN: `nightshift api-keys make` makes one"}};
    } catch (const std::exception& problem) {
        return {{"api", Health::failure, problem.what(), "start the daemon, or name its address with --url"}};
    }
}

}  // namespace nightshift::daemon::doctor
