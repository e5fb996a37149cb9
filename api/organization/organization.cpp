#include "api/organization/organization.h"

#include "api/kit/resource.h"
#include "core/error/error.h"
#include "core/schema/checks.h"
#include "domain/identity/sql.h"

namespace nightshift::api::organization {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Services;
namespace json = core::json;
namespace sql = domain::identity::sql;

constexpr Field kChange[] = {
    {"name", Type::text, "What it is called.", {.min = 1, .max = 200}},
    {"time_zone", Type::text, "IANA time zone.", {.max = 60, .check = core::schema::check_zone}},
    {"locale", Type::text, "Language, as in BCP 47.", {.min = 2, .max = 35}},
    {"settings", Type::object, "Settings of its own: given members are merged, null takes one away."},
};

constexpr Field kOrganizationFields[] = {
    {"id", Type::uuid, "Its id."},
    {"name", Type::text, "What it is called."},
    {"slug", Type::text, "Its short name."},
    {"time_zone", Type::text, "IANA time zone."},
    {"locale", Type::text, "Language, as in BCP 47.", {.nullable = true}},
    {"settings", Type::object, "Settings of its own."},
    {"version", Type::integer, "Grows with each change; also the ETag."},
    {"created_at", Type::timestamp, "When it was made."},
    {"updated_at", Type::timestamp, "When it was last changed."},
};
constexpr kit::Shape kOrganization{"Organization", kOrganizationFields};

kit::Shown shown(core::pg::Transaction& tx, const Caller& caller) {
    const auto rows = tx.run(sql::organization_show, caller.organization);
    if (rows.empty()) throw Error(Code::not_found, "no such organization: " + caller.organization);
    return {std::string(rows.text(0, 0)), static_cast<int>(rows.number(0, 1))};
}

Response show_organization(const Services& services, const Request&, const Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, kit::scope_of(caller));
    return kit::shown_response(200, shown(tx, caller));
}

Response change_organization(const Services& services, const Request& request, const Caller& caller,
                             json::object& body) {
    constexpr std::size_t kMostSettings = 16384;
    if (json::text(body).size() > kMostSettings)
        throw Error(Code::validation, "settings: expected 16,384 bytes at most");
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, kit::scope_of(caller));
    const auto rows = tx.run(sql::organization_lock, caller.organization);
    if (rows.empty()) throw Error(Code::not_found, "no such organization: " + caller.organization);
    const auto if_match = request.header("if-match");
    if (!if_match.empty() && if_match != "*" &&
        if_match.find('"' + std::string(rows.text(0, 0)) + '"') == std::string_view::npos)
        throw Error(Code::conflict, "If-Match: this organization is at version " + std::string(rows.text(0, 0)) +
                                        " now; read it again before you change it");
    tx.run(sql::organization_change, caller.organization, json::text(body));
    auto changed = shown(tx, caller);
    tx.commit();
    return kit::shown_response(200, changed);
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    return {
        {"GET",
         "/api/v1/organization",
         "organization.view",
         "The organization one is signed in to.",
         {},
         kit::bound(services, show_organization),
         {.shape = kOrganization}},
        {"PATCH",
         "/api/v1/organization",
         "org.manage",
         "Changes the organization.",
         kChange,
         kit::bound(services, change_organization),
         {.shape = kOrganization},
         kit::kIfMatch,
         {},
         {},
         R"({"time_zone": "Europe/Paris"})"},
    };
}

}  // namespace nightshift::api::organization
