#include "workers/diagnostics/sleep.h"

#include <chrono>

#include "core/time/rest.h"
namespace nightshift::workers::diagnostics::sleep {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    const auto span = std::chrono::duration<double>(args.at("seconds").to_number<double>());
    const auto token = args.at("ignore_stop").as_bool() ? std::stop_token{} : run.stop();
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(span);
    return core::time::rest_until(token, until) ? queue::Outcome{queue::Cancelled{}} : queue::Outcome{queue::Done{}};
}

}  // namespace nightshift::workers::diagnostics::sleep
