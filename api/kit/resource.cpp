#include "api/kit/resource.h"

#include <algorithm>

#include "api/kit/constraint.h"
#include "api/kit/resource_sql.h"
#include "core/error/error.h"
#include "core/time/time.h"

namespace nightshift::api::kit {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::pg::Value;
namespace json = core::json;

core::pg::Result run(Transaction& tx, const Resource& resource, std::string sql, const std::vector<Value>& values) {
    std::string scratch;
    return tx.run_with(statements().intern(resource.name, std::move(sql), scratch), values);
}

core::pg::Statement show_statement(const Resource& resource, Reach reach) {
    return statements().of(resource).show.at(static_cast<std::size_t>(reach));
}

/// Its version is the third from the end of what is shown.
Shown shown_row(const Resource& resource, const core::pg::Result& rows) {
    const auto& writer = statements().of(resource).writer;
    Shown shown{{}, static_cast<int>(rows.number(0, writer.columns() - 3))};
    writer.put(rows, 0, shown.text);
    return shown;
}

[[noreturn]] void no_such(const Resource& resource, const std::string& id) {
    throw Error(Code::not_found, "no such " + std::string(resource.one) + ": " + id);
}

/// What was just written, unless that put it out of its writer's reach.
Shown written(Transaction& tx, const Resource& resource, const Caller& caller, const std::string& id,
              std::string_view permission) {
    try {
        return show(tx, resource, caller, id, permission);
    } catch (const Error& problem) {
        if (problem.code() != Code::not_found) throw;
        throw Error(Code::forbidden, "this " + std::string(resource.one) +
                                         " would not be yours: it needs the permission " + std::string(permission) +
                                         " further than you hold it");
    }
}

/// Not within reach for this: unseen rows are not there, seen ones are not theirs to change. SEEDS.md C-10.
[[noreturn]] void refuse(Transaction& tx, const Resource& resource, const Caller& caller, const std::string& id,
                         std::string_view permission) {
    show(tx, resource, caller, id);
    throw Error(Code::forbidden, "this " + std::string(resource.one) +
                                     " is not yours to change: it needs the permission " + std::string(permission) +
                                     " further than you hold it");
}

/// The given columns that refer to something, and what they name behind `values`.
std::vector<const Column*> references_in(const Resource& resource, const json::object& body,
                                         std::vector<Value>& values) {
    std::vector<const Column*> given;
    for (const auto& column : resource.columns) {
        const auto* value = column.refers.empty() ? nullptr : body.if_contains(column.name);
        if (value == nullptr || !value->is_string()) continue;
        given.push_back(&column);
        values.emplace_back(std::string(value->as_string()));
    }
    return given;
}

void require_none(const core::pg::Result& missing) {
    if (missing.empty()) return;
    json::object problems;
    for (std::size_t i = 0; i < missing.size(); ++i) problems[missing.text(i, 0)] = "there is none with this id";
    const auto first = std::string(problems.begin()->key());
    throw Error(Code::rule, first + ": there is none with this id", json::text(json::object{{"fields", problems}}));
}

/// All of them with one statement, and held until the transaction ends: nobody removes them meanwhile.
void check_references(Transaction& tx, const Resource& resource, const Caller& caller, const json::object& body) {
    std::vector<Value> values{caller.organization};
    const auto given = references_in(resource, body, values);
    if (!given.empty()) require_none(run(tx, resource, refers_sql(given), values));
}

/// Its references are checked and held by the same statement.
void insert(Transaction& tx, const Resource& resource, const Caller& caller, const std::string& id,
            const json::object& body) {
    std::vector<Value> values{caller.organization, json::text(body), id};
    const auto given = references_in(resource, body, values);
    require_none(run(tx, resource, insert_sql(resource, body, given), values));
}

json::object lock(Transaction& tx, const Resource& resource, const Caller& caller, const std::string& id,
                  std::string_view permission, std::string_view if_match) {
    const auto& statement = statements().of(resource).lock.at(static_cast<std::size_t>(caller.reach(permission)));
    const auto rows = tx.run_with(statement, {caller.organization, user_of(caller), id});
    if (rows.empty()) refuse(tx, resource, caller, id, permission);
    const auto version = rows.number(0, 1);
    if (!if_match.empty() && if_match != "*" &&
        if_match.find('"' + std::to_string(version) + '"') == std::string_view::npos)
        throw Error(Code::conflict,
                    "If-Match: this " + std::string(resource.one) + " is at version " + std::to_string(version) +
                        " now; read it again before you change it",
                    json::text(json::object{{"version", version}}));
    return json::parse_object(rows.text(0, 0));
}

template <class Work>
auto with_named_constraints(const Resource& resource, Work&& work) {
    try {
        return work();
    } catch (const Error& problem) {
        throw named(problem, resource.constraints);
    }
}

std::vector<core::schema::Field> fields_of(const Resource& resource) {
    std::vector<core::schema::Field> fields;
    for (const auto& column : resource.columns) {
        fields.push_back({column.name, column.type, column.doc, column.rules});
        if (column.rules.server) fields.back().rules.required = false;  // always shown, never asked for
    }
    return fields;
}

Response removed(const Resource& resource, const Services& services, const Caller& caller, const Request& request) {
    const auto& id = request.parameter("id");
    auto lease = services.pool.acquire();
    Transaction tx(lease, scope_of(caller));
    remove(tx, resource, services, caller, id, request.header("if-match"));
    with_named_constraints(resource, [&] { tx.commit(); });
    return {.status = 204, .content_type = {}};
}

}  // namespace

Response shown_response(int status, const Shown& shown) {
    auto response = core::http::text_response(status, shown.text);
    response.headers.emplace_back("ETag", '"' + std::to_string(shown.version) + '"');
    return response;
}

Shown show(Transaction& tx, const Resource& resource, const Caller& caller, const std::string& id,
           std::string_view permission) {
    const auto reach = caller.reach(permission.empty() ? resource.allow.see : permission);
    const auto rows = tx.run_with(show_statement(resource, reach), {caller.organization, user_of(caller), id});
    if (rows.empty()) no_such(resource, id);
    return shown_row(resource, rows);
}

void remove(Transaction& tx, const Resource& resource, const Services& services, const Caller& caller,
            const std::string& id, std::string_view if_match) {
    with_named_constraints(resource, [&] {
        const auto before = lock(tx, resource, caller, id, resource.allow.remove, if_match);
        json::object nothing;
        if (resource.before_remove != nullptr) resource.before_remove({tx, services, caller, id, nothing, &before});
        run(tx, resource, remove_sql(resource), {caller.organization, id});
    });
}

std::vector<core::schema::Field> change_fields(const Resource& resource) {
    auto fields = fields_of(resource);
    for (auto& field : fields) {
        field.rules.required = false;
        field.rules.fallback = {};
    }
    return fields;
}

Shown create(Transaction& tx, const Resource& resource, const Services& services, const Caller& caller,
             const std::string& id, json::object& body) {
    return with_named_constraints(resource, [&] {
        if (resource.before_write != nullptr) resource.before_write({tx, services, caller, id, body});
        insert(tx, resource, caller, id, body);
        if (resource.after_write != nullptr) resource.after_write({tx, services, caller, id, body});
        return written(tx, resource, caller, id, resource.allow.create);
    });
}

Shown change(Transaction& tx, const Resource& resource, const Services& services, const Caller& caller,
             const std::string& id, json::object& body, std::string_view if_match) {
    return with_named_constraints(resource, [&] {
        const auto before = lock(tx, resource, caller, id, resource.allow.change, if_match);
        if (resource.before_write != nullptr) resource.before_write({tx, services, caller, id, body, &before});
        check_references(tx, resource, caller, body);
        if (!body.empty()) run(tx, resource, update_sql(resource, body), {caller.organization, json::text(body), id});
        if (resource.after_write != nullptr) resource.after_write({tx, services, caller, id, body, &before});
        return written(tx, resource, caller, id, resource.allow.change);
    });
}

namespace {

Response created(const Resource& resource, const Services& services, const Caller& caller, json::object& body) {
    const auto id = core::time::uuid7();
    auto lease = services.pool.acquire();
    Transaction tx(lease, scope_of(caller));
    const auto shown = create(tx, resource, services, caller, id, body);
    with_named_constraints(resource, [&] { tx.commit(); });
    auto response = shown_response(201, shown);
    response.headers.emplace_back("Location", "/api/v1/" + std::string(resource.name) + "/" + id);
    return response;
}

Response changed(const Resource& resource, const Services& services, const Caller& caller, const Request& request,
                 json::object& body) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, scope_of(caller));
    const auto shown =
        change(tx, resource, services, caller, request.parameter("id"), body, request.header("if-match"));
    with_named_constraints(resource, [&] { tx.commit(); });
    return shown_response(200, shown);
}

/// One round trip: the statement is its own transaction.
Response one(const Resource& resource, const Services& services, const Caller& caller, const Request& request) {
    const auto& id = request.parameter("id");
    const auto statement = show_statement(resource, caller.reach(resource.allow.see));
    auto lease = services.pool.acquire();
    const auto rows = core::pg::run_by_any_plan(lease, statement, {caller.organization, user_of(caller), id});
    if (rows.empty()) no_such(resource, id);
    const auto shown = shown_row(resource, rows);
    const auto tag = '"' + std::to_string(shown.version) + '"';
    if (request.header("if-none-match").find(tag) != std::string_view::npos)
        return {.status = 304, .content_type = {}, .headers = {{"ETag", tag}}};
    return shown_response(200, shown);
}

/// What must outlive the routes of one resource: the fields their bodies are checked against, and their paths.
struct Definition {
    std::vector<core::schema::Field> fields, changes;
    std::string collection, item;
    std::string list_doc, create_doc, show_doc, change_doc, remove_doc;
};

std::shared_ptr<const Definition> definition_of(const Resource& resource) {
    auto definition = std::make_shared<Definition>();
    definition->fields = fields_of(resource);
    definition->changes = change_fields(resource);  // PUT merges like PATCH
    definition->collection = "/api/v1/" + std::string(resource.name);
    definition->item = definition->collection + "/{id}";
    const std::string one_of(resource.one);
    definition->list_doc = std::string(resource.doc);
    definition->create_doc = "Creates: " + one_of + ".";
    definition->show_doc = "Shows one " + one_of + ".";
    definition->change_doc = "Changes the given fields of one " + one_of + "; null clears one.";
    definition->remove_doc = "Deletes one " + one_of + "; its history stays.";
    return definition;
}

}  // namespace

std::vector<Route> routes_of(const Resource& resource, const Services& services) {
    const auto definition = definition_of(resource);
    std::vector<Route> routes;
    const auto add = [&](std::string_view method, const std::string& path, std::string_view permission,
                         const std::string& doc, std::span<const core::schema::Field> body, auto handle,
                         const Answer& answer, unsigned takes) {
        if (permission.empty()) return;
        routes.push_back({method, path, permission, doc, body,
                          [&resource, &services, definition, handle](const Request& request, const Caller& caller,
                                                                     json::object& given) {
                              return handle(resource, services, request, caller, given);
                          },
                          answer, takes});
    };
    const auto merge = [](const auto& r, const auto& s, const auto& q, const auto& c, auto& b) {
        return changed(r, s, c, q, b);
    };
    add(
        "GET", definition->collection, resource.allow.list.empty() ? resource.allow.see : resource.allow.list,
        definition->list_doc, {},
        [](const auto& r, const auto& s, const auto& q, const auto& c, auto&) { return list(s.pool, r, q, c); },
        {.rows = &resource, .is_list = true}, kPages | kListing);
    add(
        "POST", definition->collection, resource.allow.create, definition->create_doc, definition->fields,
        [](const auto& r, const auto& s, const auto&, const auto& c, auto& b) { return created(r, s, c, b); },
        {.status = 201, .rows = &resource}, kNothing);
    add(
        "GET", definition->item, resource.allow.see, definition->show_doc, {},
        [](const auto& r, const auto& s, const auto& q, const auto& c, auto&) { return one(r, s, c, q); },
        {.rows = &resource}, kIfNoneMatch);
    for (const auto* method : {"PATCH", "PUT"})
        add(method, definition->item, resource.allow.change, definition->change_doc, definition->changes, merge,
            {.rows = &resource}, kIfMatch);
    add(
        "DELETE", definition->item, resource.allow.remove, definition->remove_doc, {},
        [](const auto& r, const auto& s, const auto& q, const auto& c, auto&) { return removed(r, s, c, q); },
        {.status = 204}, kIfMatch);
    return routes;
}

}  // namespace nightshift::api::kit
