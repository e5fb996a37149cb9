// Changes of many jobs in the background. The rules of a job's change live with its resource, above this floor: whoever
// composes the program says how a step is made, and the run that works through the jobs is given it (Run::above).
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/pg/pg.h"

namespace nightshift::domain::jobs {

struct BulkProgress {
    std::int64_t changed = 0, unchanged = 0, refused = 0, done = 0, of = 0;
};
/// Does up to `at_most` of the jobs that wait, each with its outcome written in the same transaction: none is done
/// twice, whoever dies when. Throws Error(not_found) for no such bulk change, Error(forbidden) when who asked has left.
using BulkStep = std::function<BulkProgress(core::pg::Transaction&, const std::string& bulk, std::size_t at_most)>;

}  // namespace nightshift::domain::jobs
