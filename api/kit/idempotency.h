// Idempotency-Key: a POST that is repeated because its answer was lost is done once.
// draft-ietf-httpapi-idempotency-key-header-07; keys are kept for 24 hours.
#pragma once

#include <functional>
#include <string_view>

#include "api/kit/route.h"

namespace nightshift::api::kit {

/// Calls `handle`, unless the request brings a key under which this caller did the same before: then the answer of that
/// time comes again, marked Idempotency-Replayed. Throws Error(conflict) while the first one is at work, or when its
/// end is unknown; Error(rule) when the key was for another request; Error(validation) for a key that is none.
/// What was refused may be tried again with the same key.
core::http::Response once_per_key(core::pg::Pool& pool, std::string_view route, const core::http::Request& request,
                                  const Caller& caller, const std::function<core::http::Response()>& handle);

}  // namespace nightshift::api::kit
