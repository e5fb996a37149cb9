#include "workers/diagnostics/fail.h"

#include <stdexcept>

namespace nightshift::workers::diagnostics::fail {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    using namespace std::chrono_literals;
    if (run.attempt() >= args.at("until_attempt").to_number<int>()) return queue::Done{};
    const std::string how(args.at("how").as_string()), message(args.at("message").as_string());
    if (how == "permanent") return queue::Permanent{"told", message};
    if (how == "throttled") return queue::Throttled{100ms, message};
    if (how == "snooze") return queue::Snooze{100ms};
    if (how == "throw") throw std::runtime_error(message);
    return queue::Retry{"told", message};
}

}  // namespace nightshift::workers::diagnostics::fail
