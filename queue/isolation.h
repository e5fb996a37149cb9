// Handlers that parse, render or may hang run in a child process: a crash, a memory cap or a hang costs one attempt,
// never the daemon. The child is this program itself (`nightshift run-isolated`): it reads the request from stdin,
// works, finishes the run in its own transaction where the handler wrote something, and tells the outcome in one line
// on descriptor 3. It leads its own session, sees only the settings and variables it needs, and holds no other file of
// ours.
#pragma once

#include "queue/execution.h"

namespace nightshift::queue {

/// The child ended the run itself; not accepted: it was fenced off, and everything is rolled back.
struct FinishedInChild {
    bool accepted = true;
    std::vector<std::string> woken;  ///< queues that got something ready
};
using ChildEnding = std::variant<Ending, FinishedInChild>;

inline constexpr std::chrono::milliseconds kChildGrace{10000};

/// Spawns and waits. When asked to stop, or when the child has answered and does not end: SIGTERM to its group, SIGKILL
/// after `grace`. Nothing of the child's process group is left when it returns.
ChildEnding run_in_child(Execution& execution, const EngineSettings& settings,
                         std::chrono::milliseconds grace = kChildGrace);

/// The child's main. Kinds must be registered.
int isolated_main();

}  // namespace nightshift::queue
