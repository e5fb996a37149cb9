#include "daemon/commands/serve.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "core/error/error.h"
#include "core/log/log.h"
#include "daemon/compose.h"
#include "daemon/notify.h"

namespace nightshift::daemon::serve {
namespace {

using namespace std::chrono_literals;

struct Options {
    std::string config;
    std::vector<std::string> roles;
    std::string queues, name, slots;  // of `worker`: over the file and the environment

    Overrides overrides() const {
        Overrides given;
        for (const auto& [path, text, place] :
             {Override{"workers.queues", queues, "--queues"}, Override{"workers.name", name, "--name"},
              Override{"workers.slots", slots, "--slots"}})
            if (!text.empty()) given.push_back({path, text, place});
        return given;
    }
};

sigset_t our_signals() {
    sigset_t set;
    sigemptyset(&set);
    // SIGUSR1 and SIGUSR2 ask for nothing here, and would end a process that doesn't take them
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, number);
    return set;
}

void apply_log(const Configuration& configuration) {
    auto level = core::log::Level::info;
    core::log::parse_level(configuration.text("log.level"), level);
    const auto format = configuration.text("log.format");
    core::log::configure(level, format == "json"   ? core::log::Format::json
                                : format == "text" ? core::log::Format::text
                                                   : core::log::Format::automatic);
}

/// What can change while we run does; the rest is said, at each reload until the restart: `started` stays what it was.
/// A file that is wrong changes nothing.
void reload(const Configuration& started) {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * 1'000'000LL + now.tv_nsec / 1000));
    try {
        const auto fresh = started.again();
        apply_log(fresh);
        for (const auto& setting : started.needs_restart(fresh))
            core::log::warn("configuration.needs_restart", {{"setting", setting}});
        core::log::info("configuration.reloaded", {{"file", started.path()}});
        notify("READY=1\nSTATUS=serving");
    } catch (const core::Error& problem) {
        core::log::error("configuration.refused", {{"error", problem.what()}});
        notify("READY=1\nSTATUS=serving; the new configuration was refused");
    }
}

/// Until SIGTERM or SIGINT. Feeds the watchdog only while everything moves.
void attend(const Configuration& configuration, const Daemon& daemon) {
    const auto signals = our_signals();
    const auto beat = watchdog_interval();
    auto fed = std::chrono::steady_clock::now();
    for (;;) {
        const timespec look{0, 500'000'000};
        const int number = ::sigtimedwait(&signals, nullptr, &look);
        if (number == SIGTERM || number == SIGINT) return;
        if (number == SIGHUP) reload(configuration);
        const auto now = std::chrono::steady_clock::now();
        if (beat.count() > 0 && now - fed > beat / 2 && daemon.is_moving()) {
            notify("WATCHDOG=1");
            fed = now;
        }
    }
}

/// While runs end: systemd is told that we go on, and a second signal means now.
void attend_drain(const sigset_t& signals, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        notify("WATCHDOG=1\nEXTEND_TIMEOUT_USEC=20000000");
        const timespec look{0, 500'000'000};
        const int number = ::sigtimedwait(&signals, nullptr, &look);
        if (number != SIGTERM && number != SIGINT) continue;
        core::log::warn("daemon.stopped_at_once",
                        {{"interrupted", "what still ran; it is rescued when the lease ends"}});
        std::_Exit(kExitOk);
    }
}

/// Connections are files; a shell's usual 1,024 of them would be little.
void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

int serve(const Options& options, const std::set<std::string>& roles) {
    const auto configuration = Configuration::load(configuration_path(options.config), options.overrides());
    apply_log(configuration);
    raise_file_limit();
    auto signals = our_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    bool asked_to_stop = false;
    const auto keep_waiting = [&] {
        const timespec now{0, 0};
        const int number = ::sigtimedwait(&signals, nullptr, &now);
        asked_to_stop = number == SIGTERM || number == SIGINT;
        return !asked_to_stop;
    };
    std::optional<Daemon> running;
    try {
        running.emplace(configuration, roles, keep_waiting);
    } catch (const core::Error&) {
        if (asked_to_stop) return kExitOk;
        throw;
    }
    auto& daemon = *running;
    core::log::info("daemon.ready", {{"version", NIGHTSHIFT_VERSION}, {"port", std::to_string(daemon.port())}});
    notify("READY=1\nSTATUS=serving");
    attend(configuration, daemon);
    notify("STOPPING=1\nSTATUS=draining");
    core::log::info("daemon.draining");
    std::jthread attendant([&signals](const std::stop_token& stop) { attend_drain(signals, stop); });
    const bool clean = daemon.drain(configuration.span("workers.drain_timeout"));
    core::log::info("daemon.stopped",
                    {{"interrupted", clean ? "none" : "some; they go on elsewhere, no attempt is lost"}});
    // A handler that would not stop still has its thread, and joining it could take for ever. All is written.
    if (!clean) std::_Exit(kExitOk);
    return kExitOk;
}

}  // namespace

void add(CLI::App& app, Action& action) {
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("serve", "Run the daemon: API, dispatcher, scheduler, worker, maintenance.");
    command->add_option("--config", options->config, "The configuration file.");
    command->add_option("--roles", options->roles, "Only these: api, dispatcher, scheduler, worker, maintenance.")
        ->delimiter(',')
        ->check(CLI::IsMember({"api", "dispatcher", "scheduler", "worker", "maintenance"}));
    command->callback([&action, options] {
        action = [options] {
            std::set<std::string> roles(options->roles.begin(), options->roles.end());
            if (roles.empty()) roles = {"api", "dispatcher", "scheduler", "worker", "maintenance"};
            return serve(*options, roles);
        };
    });
    auto* worker = app.add_subcommand("worker", "Run only a worker, for scale-out.");
    worker->add_option("--config", options->config, "The configuration file.");
    worker->add_option("--queues", options->queues, "Only these, a,b: over workers.queues.");
    worker->add_option("--name", options->name, "How it is called in lists: over workers.name.");
    worker->add_option("--slots", options->slots, "How many runs at once: over workers.slots.");
    worker->callback([&action, options] { action = [options] { return serve(*options, {"worker"}); }; });
}

}  // namespace nightshift::daemon::serve
