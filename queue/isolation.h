// Handlers that parse, render or may hang run in a child process: a crash, a memory cap or a hang costs one attempt,
// never the daemon. The child is this program itself (`nightshift run-isolated`): it reads the request from stdin,
// works, finishes the run in its own transaction where the handler wrote something, and tells the outcome on
// descriptor 3.
#pragma once

#include "queue/execution.h"

namespace nightshift::queue {

/// What became of it, or Finished when the child ended the run itself.
struct FinishedInChild {};
using ChildEnding = std::variant<Ending, FinishedInChild>;

/// Spawns, waits, and climbs the ladder when asked to stop: SIGTERM to the child's group, SIGKILL ten seconds later.
ChildEnding run_in_child(Execution& execution, const EngineSettings& settings);

/// The child's main. Kinds must be registered.
int isolated_main();

}  // namespace nightshift::queue
