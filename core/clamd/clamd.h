// Asks a clamd whether bytes are infected: INSTREAM over a unix or TCP socket, clamd(8). A connection each; any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace nightshift::core::clamd {

struct Verdict {
    bool is_infected = false;
    std::string found;  ///< the signature's name
};

/// `address`: "/run/clamav/clamd.ctl", or "host:port", "[::1]:3310". Throws Error(unavailable) when there is no
/// verdict: nobody answers within `limit`, or clamd says it could not scan.
Verdict scan(const std::string& address, std::string_view bytes, std::chrono::milliseconds limit);

}  // namespace nightshift::core::clamd
