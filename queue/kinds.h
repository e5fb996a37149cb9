// The kinds this program knows. Registered once at start-up by the composer, read-only afterwards.
#pragma once

#include <span>
#include <string_view>

#include "queue/kind.h"

namespace nightshift::queue {

/// Diagnostic kinds are left out unless wanted. Call before any thread starts; the same again changes nothing, so that
/// a second engine of a process may be made while the first one works.
void register_kinds(std::span<const Kind* const> kinds, bool diagnostics);
std::span<const Kind* const> registered_kinds();
/// Null when there is no such kind.
const Kind* find_kind(std::string_view name);
/// Throws Error(validation) naming the field `kind`, with the nearest known name.
const Kind& require_kind(std::string_view name);

}  // namespace nightshift::queue
