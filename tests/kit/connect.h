// TCP on this machine: a connection to a server, a port for one.
#pragma once

#include <string>

namespace nightshift::tests {

/// The socket, not inherited by children; -1 when nobody answers.
int connect_to(const std::string& host, const std::string& port);

/// A port of loopback that nobody has.
int any_free_port();

}  // namespace nightshift::tests
