#include "workers/diagnostics/sleep.h"

#include <condition_variable>
#include <mutex>

namespace nightshift::workers::diagnostics::sleep {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    const auto span = std::chrono::duration<double>(args.at("seconds").to_number<double>());
    const auto token = args.at("ignore_stop").as_bool() ? std::stop_token{} : run.stop();
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, token, span, [] { return false; });
    return token.stop_requested() ? queue::Outcome{queue::Cancelled{}} : queue::Outcome{queue::Done{}};
}

}  // namespace nightshift::workers::diagnostics::sleep
