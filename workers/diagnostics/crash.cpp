#include "workers/diagnostics/crash.h"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <vector>

namespace nightshift::workers::diagnostics::crash {

queue::Outcome work(const core::json::object& args, queue::Run&) {
    const std::string how(args.at("how").as_string());
    if (how == "none") return queue::Done{};
    std::cerr << "diagnostic.crash: about to end by " << how << std::endl;
    if (how == "segfault") std::raise(SIGSEGV);
    if (how == "exit") std::_Exit(7);
    if (how == "memory") {
        std::vector<std::vector<char>> hoard;
        for (;;) hoard.emplace_back(16UL << 20U, 'x');
    }
    if (how == "flood")
        for (int i = 0; i < 200000; ++i) std::cout << "a line of no use to anybody\n";
    for (volatile bool forever = how == "spin"; forever;) {
    }
    std::abort();
}

}  // namespace nightshift::workers::diagnostics::crash
