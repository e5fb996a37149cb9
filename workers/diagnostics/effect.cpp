#include "workers/diagnostics/effect.h"

#include <condition_variable>
#include <mutex>

#include "workers/diagnostics/sql.h"

namespace nightshift::workers::diagnostics::effect {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    run.transaction().run(sql::effect, run.id(), run.epoch());
    const auto span = std::chrono::duration<double>(args.at("seconds").to_number<double>());
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, run.stop(), span, [] { return false; });
    return run.stop().stop_requested() ? queue::Outcome{queue::Cancelled{}} : queue::Outcome{queue::Done{}};
}

}  // namespace nightshift::workers::diagnostics::effect
