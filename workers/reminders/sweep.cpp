#include "workers/reminders/sweep.h"

#include "domain/reminders/reminders.h"

namespace nightshift::workers::reminders::sweep {

queue::Outcome work(const core::json::object&, queue::Run& run) {
    const auto swept = domain::reminders::sweep(run.transaction(), run.organization(), run.now());
    return queue::Done{{{"found", swept.found},
                        {"told", swept.told},
                        {"notifications", swept.notifications},
                        {"for_digest", swept.for_digest},
                        {"withdrawn", swept.withdrawn},
                        {"snoozes_over", swept.snoozes_over}}};
}

}  // namespace nightshift::workers::reminders::sweep
