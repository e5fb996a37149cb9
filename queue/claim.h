// Claiming: a hint names runs, the database says which of them are still ours to take.
#pragma once

#include <string>
#include <vector>

#include "queue/settle.h"
#include "queue/transport/transport.h"

namespace nightshift::queue {

/// dispatched -> running for those hinted at their present epoch. The rest is stale and forgotten.
std::vector<Claimed> claim(core::pg::Pool& pool, const std::vector<Hint::Item>& items, const std::string& incarnation);

/// The runs in the rows of `claim.sql`, or of `admit.sql` where it claims too: the same columns.
std::vector<Claimed> claimed_of(const core::pg::Result& rows, const std::string& incarnation);

/// Hands hinted runs back that no slot can take: dispatched -> ready.
void unclaim(core::pg::Pool& pool, const std::vector<Hint::Item>& items);

}  // namespace nightshift::queue
