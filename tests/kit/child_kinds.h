// Kinds that behave badly on purpose: the tests of isolation run them in real child processes
// (tests/kit/child/main.cpp).
#pragma once

#include <span>

#include "queue/kind.h"

namespace nightshift::tests {

std::span<const queue::Kind* const> child_kinds();
/// Throws when there is no such kind.
const queue::Kind& child_kind(std::string_view name);

}  // namespace nightshift::tests
