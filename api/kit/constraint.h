// What the database's last wall said, in words of the field that ran into it.
#pragma once

#include <span>

#include "api/kit/resource.h"
#include "core/error/error.h"

namespace nightshift::api::kit {

/// A broken constraint as an error that names the field: by the resource's own words where it has some, else by what
/// PostgreSQL tells of the key. Other errors come back as they are.
core::Error named(const core::Error& problem, std::span<const Constraint> constraints);

}  // namespace nightshift::api::kit
