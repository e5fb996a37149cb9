// One row a route: method, path, permission, sentence, body's fields, handler. Router, OpenAPI and tests read the same
// rows. A folder below api/ whose header declares `std::vector<kit::Route> routes(const kit::Services&);` is served.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/message.h"
#include "core/metrics/metrics.h"
#include "core/pg/pg.h"
#include "core/schema/field.h"
#include "domain/identity/gate.h"
#include "queue/engine.h"

namespace nightshift::domain::jobs {
class Numbers;
}

namespace nightshift::api::kit {

/// What handlers may use. Outlives the routes.
struct Services {
    core::pg::Pool& pool;
    queue::Engine& engine;                                       ///< wake(), kinds(), state()
    std::function<core::json::value(std::string_view)> setting;  ///< of the configuration, by dotted path
    domain::identity::Gate* gate = nullptr;                      ///< signing in
    core::metrics::Registry* metrics = nullptr;                  ///< null: nobody counts
    domain::jobs::Numbers* numbers = nullptr;                    ///< of keys; null: nobody makes jobs
};

/// How far a permission reaches: nothing, one's own person, what one has to do with, one's team, all of the
/// organization. SEEDS.md 6. A greater reach holds the smaller ones.
enum class Reach : std::uint8_t { none, self, own, team, all };
constexpr std::size_t kReaches = static_cast<std::size_t>(Reach::all) + 1;

/// Who calls: from the token alone.
struct Caller {
    std::string actor;                          ///< "user:<id>" or "key:<id>"
    std::string organization;                   ///< uuid
    std::vector<std::string> permissions = {};  ///< "job.view:own", "job.create" (all); "*": everything
    std::string user = {};                      ///< uuid of the person, or of whose key it is
    std::string session = {};                   ///< of the access token
    bool may(std::string_view permission) const { return reach(permission) != Reach::none; }
    Reach reach(std::string_view permission) const;
};

/// A transaction in the caller's name.
inline core::pg::Scope scope_of(const Caller& caller) {
    return {.actor = caller.actor, .organization = caller.organization};
}
/// Null for who is no person: the daemon itself.
inline core::pg::Value user_of(const Caller& caller) {
    return caller.user.empty() ? core::pg::Value(nullptr) : core::pg::Value(caller.user);
}

/// The person who asks. Throws Error(forbidden) where it is none.
const std::string& person_of(const Caller& caller);

using Handle = std::function<core::http::Response(const core::http::Request&, const Caller&, core::json::object& body)>;

/// A handler of these services: `function(services, request, caller, body)`.
template <typename Function>
Handle bound(const Services& services, Function function) {
    return [&services, function](const core::http::Request& request, const Caller& caller, core::json::object& body) {
        return function(services, request, caller, body);
    };
}

struct Resource;  // api/kit/resource.h

/// A named table of fields: what answers look like, where no resource says so.
struct Shape {
    std::string_view name = {};  ///< OpenAPI keeps one schema for each: "Run"
    std::span<const core::schema::Field> fields = {};
    std::string_view example = {};  ///< JSON text, as the daemon gave it once; `"@jobs"`: the documented id of a job
    std::span<const core::schema::Field> more = {};  ///< behind them, without a place in the example
};

/// What a route gives when all goes well. OpenAPI tells it, and tests/openapi holds the daemon to it.
struct Answer {
    int status = 200;
    Shape shape = {};                ///< its body,
    const Resource* rows = nullptr;  ///< or a row of this resource, with the shape's fields behind
    bool is_list = false;            ///< an array of them
    int also = 0;                    ///< another status with the same body
    std::string_view media_type = "application/json";
};

/// What a route takes beside its path, its `query` and its body.
enum Takes : unsigned {
    kNothing = 0,
    kPages = 1,        ///< ?limit=, ?skip=
    kListing = 2,      ///< filters, search, order and cursor of the resource in `answer.rows`
    kIfMatch = 4,      ///< If-Match, with the ETag of what was read
    kIfNoneMatch = 8,  ///< If-None-Match
    kWait = 16,        ///< Prefer: wait=<seconds>
    kRange = 32,       ///< Range, If-Range
    kCookie = 64,      ///< the refresh token's cookie instead of a bearer token
};

struct Route {
    std::string_view method;
    std::string_view path;        ///< "/api/v1/runs/{id}"; {id} must be a uuid unless named otherwise
    std::string_view permission;  ///< "" only for /health, /ready: refused by default otherwise
    std::string_view doc;
    std::span<const core::schema::Field> body = {};  ///< validated before the handler; empty: no body taken
    Handle handle;
    Answer answer = {};
    unsigned takes = kNothing;                        ///< of Takes
    std::span<const core::schema::Field> query = {};  ///< its own query arguments
    std::string_view name = {};                       ///< its operationId, where method and path make no good one
    std::string_view example = {};                    ///< a body that works, as JSON text
    bool takes_any_body = false;                      ///< the handler reads request.body itself: files
    bool tries_secrets = false;                       ///< passwords or tokens are tried there: fewer requests a minute
    bool has_secrets = false;  ///< in its body or answer: neither is kept, so an Idempotency-Key is not heeded
};

}  // namespace nightshift::api::kit
