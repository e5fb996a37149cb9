// A resource by definition: one table of columns drives its routes, validation, SQL, filters, order, permissions, ETags
// and OpenAPI. What the table can't say is a function beside it. docs/how-to/add-a-resource.md walks through one.
//
//   constexpr Column kColumns[] = {
//       {"name", Type::text, "Unique in the organization.", {.max = 120, .required = true}, kFilter | kSort | kSearch},
//       {"description", Type::text, "What it is for.", {.max = 2000, .nullable = true}},
//   };
//   constexpr Resource kDepartments{.name = "departments", .one = "department", .doc = "Departments group people.",
//                                   .table = "department", .view = "api.department", .columns = kColumns,
//                                   .allow = {.see = "department.view", .create = "department.manage"}};
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/kit/route.h"
#include "core/error/code.h"

namespace nightshift::api::kit {

/// How a list may use a column.
enum Use : unsigned {
    kPlain = 0,
    kFilter = 1,    ///< ?name=value[,value..]; ?name=null; for times and numbers ?name_from=, ?name_to=. Every list
                    ///< has them for created_at and updated_at
    kSort = 2,      ///< ?order=name,-other
    kSearch = 4,    ///< looked through by ?q=
    kWriteOnly = 8  ///< taken, never shown: a hook uses it
};

/// A field of the resource. Rules as in core/schema; `.server`: shown, never taken.
struct Column {
    std::string_view name;
    core::schema::Type type;
    std::string_view doc;
    core::schema::Rules rules = {};
    unsigned use = kPlain;
    std::string_view refers = {};  ///< a table of the same organization whose live row this names
};

/// One more filter of a list: another word for a column, or a condition of its own, SQL over the view's row `r` in
/// which each `?` stands for the texts asked for (text[]).
struct Filter {
    std::string_view name;
    std::string_view doc;
    std::string_view column = {};
    std::string_view condition = {};
};

/// Which rows a reach shows: SQL over the view's row `r`; $1 is the organization, $2 the caller's user. Empty: none.
struct Scopes {
    std::string_view team = {};  ///< empty: as own
    std::string_view own = {};
    std::string_view self = {};  ///< empty: as own
};

struct Allow {
    std::string_view see;
    std::string_view create = {};  ///< empty: not over this door
    std::string_view change = {};
    std::string_view remove = {};
    std::string_view list = {};  ///< of the collection; empty: as see
};

/// What a broken constraint means to the caller.
struct Constraint {
    std::string_view name;
    core::Code code;
    std::string_view field;
    std::string_view message;
};

/// A change that is about to be written, inside its transaction.
struct Change {
    core::pg::Transaction& tx;
    const Services& services;
    const Caller& caller;
    const std::string& id;
    core::json::object& body;                    ///< what was given, checked; the hook may add to it
    const core::json::object* before = nullptr;  ///< the row as it was; null for a new one
};
using Hook = void (*)(const Change&);

struct Resource {
    std::string_view name;  ///< of the path, plural: "job-types"
    std::string_view one;   ///< in sentences: "job type"
    std::string_view doc;
    std::string_view table;  ///< has id, organization_id, version, deleted_at (keep_history of 0020_audit.sql)
    std::string_view view;   ///< what is shown: the columns below, id, version, created_at, updated_at, organization_id
    std::span<const Column> columns;
    Allow allow;
    Scopes scopes = {};
    std::span<const Constraint> constraints = {};
    std::string_view order = "created_at";  ///< of a list when nobody asks for another; "-" before: descending
    Hook before_write = nullptr;            ///< rules that a column can't say; throws Error
    Hook after_write = nullptr;             ///< what follows from the change: events, runs
    Hook before_remove = nullptr;
    std::span<const Filter> filters = {};
    /// A believable row as JSON text: what is given and what the server adds, without id, version and moments. Its
    /// given part can be posted; `"@teams"` is the documented id of a team.
    std::string_view example = {};
};

/// The five routes of a resource: list, create, show, change (PATCH and PUT merge alike, SEEDS.md C-05), remove.
/// `resource` outlives the routes.
std::vector<Route> routes_of(const Resource& resource, const Services& services);

/// For the functions beside the table
/// ----------------------------------------------------------------------------------

/// The row as its reader sees it, as JSON text. Throws Error(not_found) when there is none within the caller's reach.
struct Shown {
    std::string text;
    int version;
};
Shown show(core::pg::Transaction& tx, const Resource& resource, const Caller& caller, const std::string& id,
           std::string_view permission = {});
/// Writes like the routes do: hooks, history, errors by constraint. Returns what `show` would.
Shown create(core::pg::Transaction& tx, const Resource& resource, const Services& services, const Caller& caller,
             const std::string& id, core::json::object& body);
Shown change(core::pg::Transaction& tx, const Resource& resource, const Services& services, const Caller& caller,
             const std::string& id, core::json::object& body, std::string_view if_match = {});
/// Deletes softly, like the route does.
void remove(core::pg::Transaction& tx, const Resource& resource, const Services& services, const Caller& caller,
            const std::string& id, std::string_view if_match = {});
/// What a change may hold: nothing is required.
std::vector<core::schema::Field> change_fields(const Resource& resource);
/// The rows that the filters of a list find within the caller's sight, `most` at most, in no order.
std::vector<std::string> ids_of(core::pg::Transaction& tx, const Resource& resource,
                                const std::vector<std::pair<std::string, std::string>>& query, const Caller& caller,
                                std::size_t most);
/// Rows of a list as the routes give them, with `Link` and `X-Next-Cursor`. `only`: one more condition, SQL over `r`,
/// with parameters from $3 on given in `values`.
core::http::Response list(core::pg::Pool& pool, const Resource& resource, const core::http::Request& request,
                          const Caller& caller, std::string_view only = {},
                          const std::vector<core::pg::Value>& values = {});

core::http::Response shown_response(int status, const Shown& shown);

}  // namespace nightshift::api::kit
