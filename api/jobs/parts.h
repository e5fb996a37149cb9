// What hangs on a job: checklists, comments, time logs.
#pragma once

#include "api/kit/resource.h"

namespace nightshift::api::jobs {

extern const kit::Resource kChecklists, kChecklistItems, kComments, kTimeLogs;

/// The people a comment's @mentions mean, and the mentions that mean nobody. SEEDS.md C-39.
struct Mentions {
    std::vector<std::string> users, unresolved;
};
Mentions mentions_of(core::pg::Transaction& tx, const std::string& organization, std::string_view content);

}  // namespace nightshift::api::jobs
