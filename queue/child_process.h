// One child process from start to end: its request is written, its answer and the last of its output are read, and it
// is ended when it must be, all in one loop that never blocks on one of them alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace nightshift::queue {

struct ChildCall {
    std::string program;
    std::vector<std::string> arguments;    ///< after the program's name
    std::vector<std::string> environment;  ///< "NAME=value": all it gets
    std::string request;                   ///< its stdin
    std::stop_token stop;
    std::function<int()> stop_reason;  ///< asked once, when it must stop: goes with the SIGTERM as its value
    std::chrono::milliseconds grace;   ///< between SIGTERM and SIGKILL
};

struct ChildStory {
    std::string answer;                 ///< what it wrote to descriptor 3
    bool answer_too_long = false;       ///< more than kMostAnswer: cut off
    std::string evidence;               ///< the last it wrote to stdout and stderr
    int status = 0;                     ///< as of waitpid
    bool killed = false;                ///< by us, after the grace
    std::chrono::milliseconds spent{};  ///< processor time
};

inline constexpr int kAnswerDescriptor = 3;  ///< the child's, to write its answer to
inline constexpr std::size_t kMostEvidence = 16UL << 10U, kMostAnswer = 2UL << 20U;

/// Throws Error(unavailable) when it can't be started.
ChildStory run_child(const ChildCall& call);

}  // namespace nightshift::queue
