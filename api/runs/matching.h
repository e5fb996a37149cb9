// Many runs at once: which ones, as a list and as what an action is for.
#pragma once

#include "api/kit/route.h"

namespace nightshift::api::runs {

/// By what a list of runs, or an action on many, may choose them.
extern const std::span<const core::schema::Field> kConditions;
/// What `POST /runs/actions` takes.
extern const std::span<const core::schema::Field> kAction;

core::http::Response list(const kit::Services& services, const core::http::Request& request, const kit::Caller& caller);

/// Cancels or retries what matches, each run for itself: what can't be done is told and hinders no other.
core::http::Response act(const kit::Services& services, const core::http::Request& request, const kit::Caller& caller,
                         const core::json::object& body);

}  // namespace nightshift::api::runs
