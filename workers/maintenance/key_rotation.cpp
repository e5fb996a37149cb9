#include "workers/maintenance/key_rotation.h"

#include "domain/identity/gate.h"
#include "domain/identity/sql.h"

namespace nightshift::workers::maintenance::key_rotation {
namespace {

namespace json = core::json;

std::chrono::seconds length_of(const json::value& given) {
    const auto text = given.is_string() ? std::string(given.as_string()) : json::text(given);
    return std::chrono::seconds(static_cast<std::int64_t>(core::schema::duration_seconds(text)));
}

}  // namespace

queue::Outcome work(const json::object& args, queue::Run& run) {
    const auto* given = args.if_contains("older_than");
    const auto old = length_of(given != nullptr && !given->is_null() ? *given : run.setting("auth.rotate_keys"));
    if (old.count() <= 0)
        return queue::Permanent{"E_CONFIGURATION", "auth.rotate_keys: is 0; say older_than, how old a key may become"};
    const auto keys = core::pg::once(run.pool(), domain::identity::sql::signing_keys);
    const auto age = keys.empty() ? 0.0 : keys.real(0, 3);
    bool is_rotated = !keys.empty() && age >= static_cast<double>(old.count());
    if (is_rotated && !is_dry(args)) {
        domain::identity::Gate gate(run.pool(), {.access = length_of(run.setting("auth.access_token"))},
                                    [] { return std::chrono::system_clock::now(); });
        is_rotated = gate.rotate_when(old);
    }
    return queue::Done{json::object{{"dry_run", is_dry(args)},
                                    {"older_than_seconds", old.count()},
                                    {"age_seconds", static_cast<std::int64_t>(age)},
                                    {"rotated", is_rotated}}};
}

}  // namespace nightshift::workers::maintenance::key_rotation
