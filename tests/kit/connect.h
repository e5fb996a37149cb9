// A TCP connection of a proxy to the server behind it.
#pragma once

#include <string>

namespace nightshift::tests {

/// The socket, not inherited by children; -1 when nobody answers.
int connect_to(const std::string& host, const std::string& port);

}  // namespace nightshift::tests
