// A queue that is not there, in words: the database refuses lanes and schedules of it (migration 0003).
#pragma once

#include <string_view>

#include "core/error/error.h"

namespace nightshift::queue {

/// What `write` returns; its Error about a missing queue becomes Error(validation) naming the field.
template <class Write>
auto into_known_queue(const Write& write) {
    try {
        return write();
    } catch (const core::Error& problem) {
        if (std::string_view(problem.what()).find("_queue_exists") == std::string_view::npos) throw;
        throw core::Error(core::Code::validation, "queue: expected one that exists; `nightshift queues` lists them");
    }
}

}  // namespace nightshift::queue
