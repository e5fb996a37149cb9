#include "queue/kinds.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "core/error/error.h"

namespace nightshift::queue {
namespace {

std::vector<const Kind*>& registry() {
    static std::vector<const Kind*> kinds;
    return kinds;
}

}  // namespace

void register_kinds(std::span<const Kind* const> kinds, bool diagnostics) {
    std::vector<const Kind*> known;
    std::ranges::copy_if(kinds, std::back_inserter(known),
                         [&](const Kind* kind) { return kind != nullptr && (diagnostics || !kind->diagnostic); });
    std::ranges::sort(known, {}, &Kind::name);
    if (known != registry()) registry() = std::move(known);
}

std::span<const Kind* const> registered_kinds() {
    return registry();
}

const Kind* find_kind(std::string_view name) {
    const auto found = std::ranges::lower_bound(registry(), name, {}, &Kind::name);
    return found != registry().end() && (*found)->name == name ? *found : nullptr;
}

const Kind& require_kind(std::string_view name) {
    if (const auto* kind = find_kind(name)) return *kind;
    std::vector<std::string_view> names;
    for (const auto* kind : registry()) names.push_back(kind->name);
    const auto message = "expected a known kind, got \"" + std::string(name) + "\"" +
                         core::suggestion(name, names.data(), names.data() + names.size());
    throw core::Error(core::Code::validation, "kind: " + message,
                      json::text(json::object{{"fields", {{"kind", message}}}}));
}

}  // namespace nightshift::queue
