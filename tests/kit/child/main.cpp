// A child process for the tests of isolation, and, as `parent <args>`, a process that has one.
#include <cstdlib>
#include <string>

#include "queue/isolation.h"
#include "queue/kinds.h"
#include "tests/kit/child_kinds.h"

int main(int count, char** words) {
    using namespace nightshift;
    queue::register_kinds(tests::child_kinds(), true);
    if (count < 4 || std::string(words[1]) != "parent") return queue::isolated_main();
    const queue::EngineSettings settings{.database_url = "postgresql://127.0.0.1:1/none", .program = words[0]};
    queue::Context context(settings);
    queue::Execution execution(context,
                               {.id = "0190d1a0-0000-7000-8000-00000000000a",
                                .kind = words[2],
                                .args = words[3],
                                .timeout = std::chrono::minutes(5)},
                               tests::child_kind(words[2]));
    (void)queue::run_in_child(execution, settings);
    return 0;
}
