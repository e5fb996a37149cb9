#include "workers/reminders/digest.h"

#include "domain/reminders/reminders.h"

namespace nightshift::workers::reminders::digest {

queue::Outcome work(const core::json::object&, queue::Run& run) {
    const auto digested = domain::reminders::digest(run.transaction(), run.organization(), run.now());
    return queue::Done{{{"looked_at", digested.looked_at}, {"told", digested.told}}};
}

}  // namespace nightshift::workers::reminders::digest
