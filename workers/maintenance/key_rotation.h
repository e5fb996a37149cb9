// key.rotation: a new key signs access tokens where the last is old enough, at the hour that a schedule says. No
// schedule begins with it: the daemon makes new keys by itself where auth.rotate_keys says so.
#pragma once

#include "workers/maintenance/days.h"

namespace nightshift::workers::maintenance::key_rotation {

inline constexpr core::schema::Field fields[] = {
    {"older_than",
     core::schema::Type::duration,
     "How old the key that signs must be; auth.rotate_keys when not given.",
     {.min = 3600, .max = 315360000}},
    kDryRun,
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "key.rotation",
                                  .doc = "Makes a new key to sign access tokens with, where the last is old.",
                                  .queue = "sweeps",
                                  .max_attempts = 3,
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::maintenance::key_rotation
