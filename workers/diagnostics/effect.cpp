#include "workers/diagnostics/effect.h"

#include <chrono>

#include "core/time/rest.h"
#include "workers/diagnostics/sql.h"

namespace nightshift::workers::diagnostics::effect {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    run.transaction().run(sql::effect, run.id(), run.epoch());
    const auto span = std::chrono::duration<double>(args.at("seconds").to_number<double>());
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(span);
    return core::time::rest_until(run.stop(), until) ? queue::Outcome{queue::Cancelled{}}
                                                     : queue::Outcome{queue::Done{}};
}

}  // namespace nightshift::workers::diagnostics::effect
