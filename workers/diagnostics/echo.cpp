#include "workers/diagnostics/echo.h"

namespace nightshift::workers::diagnostics::echo {

queue::Outcome work(const core::json::object& args, queue::Run&) {
    const auto* said = args.if_contains("say");
    return queue::Done{said == nullptr ? core::json::value(nullptr) : *said};
}

}  // namespace nightshift::workers::diagnostics::echo
