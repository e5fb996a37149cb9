// sd_notify(3) without libsystemd: one datagram to $NOTIFY_SOCKET. Does nothing outside systemd.
#pragma once

#include <chrono>
#include <string>

namespace nightshift::daemon {

void notify(const std::string& state);
/// Half of WATCHDOG_USEC: how often to feed it; zero when there is none.
std::chrono::milliseconds watchdog_interval();

}  // namespace nightshift::daemon
