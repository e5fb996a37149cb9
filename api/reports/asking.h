// Asking for a report over the API, by whatever route, and how reports are shown.
#pragma once

#include "api/kit/route.h"
#include "domain/reports/ask.h"

namespace nightshift::api::reports {

extern const kit::Shape kReport;

/// A format's name, in capitals or not; for bodies.
std::string check_format(const core::json::value& value);

/// Asks in the caller's name (format in capitals or not; organization and asker are filled in), wakes who makes it, and
/// answers 202 with the report.
core::http::Response asked(const kit::Services& services, const kit::Caller& caller, domain::reports::Asked what);

}  // namespace nightshift::api::reports
