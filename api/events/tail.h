// Reads the table of events as it grows, each once and in the order of their numbers, though transactions end in
// another: where a number is missing, it waits until its transaction has ended one way or the other. Belongs to one
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::api::events {

struct Event {
    std::int64_t id = 0;
    std::string organization, type, job, user, needs, frame;
};
Event event_in(const core::pg::Result& rows, std::size_t row);

class Tail {
public:
    explicit Tail(core::pg::Pool& pool) : pool_(pool) {}

    /// Every event up to this one was given, or was there before; nothing: it has not begun.
    std::optional<std::int64_t> cursor() const { return cursor_; }
    /// Finds where to begin: false while a transaction that wrote an event has not ended.
    bool begin();
    /// What has come since. Empty: nothing, or a number is missing whose transaction goes on.
    std::vector<Event> next();
    /// Begins anew when somebody listens again.
    void forget();

private:
    using Writers = std::set<std::string>;
    Writers writers() const;
    bool has_waited_too_long();
    /// Reads who still writes; true when nobody is left of those who could fill what is missing.
    bool are_gone();

    core::pg::Pool& pool_;
    std::optional<std::int64_t> cursor_, beginning_;
    std::optional<std::int64_t> bound_;  // numbers up to this one are missing for whom we wait
    std::optional<Writers> waited_for_;
    std::chrono::steady_clock::time_point since_{};
};

}  // namespace nightshift::api::events
