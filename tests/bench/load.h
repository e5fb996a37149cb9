// Requests over many connections that are kept, one under way on each: how many a second, and how long each took.
//
//   const auto come = load({.port = port, .connections = 16, .ask = [](std::size_t i) { return text_of_request(i); }});
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace nightshift::bench {

struct Load {
    std::uint16_t port = 0;
    std::size_t connections = 1;
    std::chrono::milliseconds span{3000};
    std::function<std::string(std::size_t)> ask;  ///< the whole text of the n-th request
    /// So many, over all connections, each timed from when it was due; 0: the next as soon as one is answered.
    double per_second = 0;
};

struct Come {
    double per_second = 0, p50_ms = 0, p99_ms = 0;
    std::size_t answers = 0, failures = 0;  ///< anything but 2xx
    std::string failure;                    ///< the first of them
};

/// In this thread, on epoll: what it costs is no more than a few percent of a core at ten thousand a second.
Come load(const Load& what);

}  // namespace nightshift::bench
