// diagnostic.echo: Gives its arguments back. Only where the configuration enables diagnostics.
#pragma once

#include "queue/kind.h"

namespace nightshift::workers::diagnostics::echo {

inline constexpr core::schema::Field fields[] = {
    {"say", core::schema::Type::any, "What to give back.", {.nullable = true}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{
    .name = "diagnostic.echo", .doc = "Gives its arguments back.", .diagnostic = true, .args = fields, .body = work};

}  // namespace nightshift::workers::diagnostics::echo
