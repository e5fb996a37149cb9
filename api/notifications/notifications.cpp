#include "api/notifications/notifications.h"

#include "api/kit/resource.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/notifications/sql.h"

namespace nightshift::api::notifications {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::pg::Value;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Column;
using kit::Services;
namespace json = core::json;
namespace sql = domain::notifications::sql;

/// Read when it says so: the moment is ours to give, and the first one stays.
void mark(const kit::Change& change) {
    const auto* given = change.body.if_contains("is_read");
    if (given == nullptr) return;
    const bool is_read = given->as_bool(), was = change.before != nullptr && !change.before->at("read_at").is_null();
    change.body.erase("is_read");
    if (is_read != was)
        change.body["read_at"] =
            is_read ? json::value(core::time::rfc3339(std::chrono::system_clock::now())) : json::value(nullptr);
}

constexpr Column kColumns[] = {
    {"type", Type::text, "What happened: job_assigned, mention, comment_added ...", {.server = true}, kit::kFilter},
    {"title", Type::text, "In a few words.", {.server = true}, kit::kSearch},
    {"body", Type::text, "In more.", {.server = true}, kit::kSearch},
    {"job_id", Type::uuid, "The job it is about.", {.server = true}, kit::kFilter},
    {"data", Type::object, "What else there is to know.", {.server = true}},
    {"is_read", Type::boolean, "Read.", {}, kit::kFilter},
    {"read_at", Type::timestamp, "When it was read.", {.server = true}},
};
constexpr kit::Resource kNotifications{
    .name = "notifications",
    .one = "notification",
    .doc = "What you should know, unread first.",
    .table = "notification",
    .view = "api.notification",
    .columns = kColumns,
    .allow = {.see = "notification.own", .change = "notification.own", .remove = "notification.own"},
    .scopes = {.own = "r.user_id = $2"},
    .order = "is_read,-created_at",
    .before_write = mark,
    .example =
        R"({"type": "mention", "title": "John Manager mentioned you", "body": "@admin look at this pump, please", "job_id": "@jobs",
"data": {}, "is_read": true, "read_at": null})"};

constexpr Field kPreference[] = {
    {"event", Type::text, "The type of a notification, or * for every other.", {.min = 1, .max = 60, .required = true}},
    {"channel", Type::choice, "How it would be told.", {.fallback = R"("in_app")", .choices = "in_app|email"}},
    {"mode", Type::choice, "Whether and when.", {.required = true, .choices = "off|now|digest"}},
};
constexpr Field kPreferences[] = {{"preferences",
                                   Type::array,
                                   "All of them; what is not named is told.",
                                   {.max = 200, .required = true, .fields = kPreference}}};

constexpr Field kUnreadFields[] = {{"unread", Type::integer, "How many."}};
constexpr Field kMarkedFields[] = {{"marked", Type::integer, "How many were unread."}};
constexpr std::string_view kPreferencesExample =
    R"({"preferences": [{"event": "mention", "channel": "in_app", "mode": "now"}, {"event": "*", "channel": "email", "mode": "off"}]})";
constexpr kit::Answer kPreferred{.shape = {"NotificationPreferences", kPreferences, kPreferencesExample}};

/// Whatever a caller may, notifications are seen by their reader only.
Caller as_reader(const Caller& caller) {
    auto reader = caller;
    reader.permissions = {"notification.own:self"};
    return reader;
}

/// ?unread=true is ?is_read=false
Request with_plain_filters(Request request) {
    for (auto& [name, value] : request.query) {
        if (name != "unread") continue;
        if (value != "true" && value != "false")
            throw Error(Code::validation, "unread: expected true or false, got \"" + value + '"');
        name = "is_read";
        value = value == "true" ? "false" : "true";
    }
    return request;
}

Response unread_count(const Services& services, const Request&, const Caller& caller, json::object&) {
    return core::http::json_response(
        200,
        {{"unread",
          core::pg::once(services.pool, sql::unread_count, caller.organization, kit::user_of(caller)).number(0, 0)}});
}

Response mark_all_read(const Services& services, const Request&, const Caller& caller, json::object&) {
    const auto marked =
        core::pg::once(services.pool, sql::mark_read, caller.organization, kit::user_of(caller), Value(nullptr))
            .affected();
    return core::http::json_response(200, {{"marked", marked}});
}

Response mark_read(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto reader = as_reader(caller);
    const auto& id = request.parameter("id");
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kNotifications, reader, id);
    tx.run(sql::mark_read, caller.organization, kit::user_of(caller), id);
    const auto shown = kit::show(tx, kNotifications, reader, id);
    tx.commit();
    return kit::shown_response(200, shown);
}

Response preferences(const Services& services, const Request&, const Caller& caller, json::object&) {
    const auto rows = core::pg::once(services.pool, sql::preference_list, caller.organization, kit::user_of(caller));
    return core::http::text_response(200, R"({"preferences":)" + std::string(rows.text(0, 0)) + "}");
}

Response set_preferences(const Services& services, const Request&, const Caller& caller, json::object& body) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    tx.run(sql::preference_clear, caller.organization, kit::person_of(caller));
    for (const auto& one : body.at("preferences").as_array())
        tx.run(sql::preference_set, caller.organization, caller.user, json::text_in(one.as_object(), "event"),
               json::text_in(one.as_object(), "channel"), json::text_in(one.as_object(), "mode"));
    const auto rows = tx.run(sql::preference_list, caller.organization, caller.user);
    tx.commit();
    return core::http::text_response(200, R"({"preferences":)" + std::string(rows.text(0, 0)) + "}");
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    std::vector<kit::Route> routes{
        {"GET",
         "/api/v1/notifications/unread-count",
         "notification.own",
         "How many are unread.",
         {},
         kit::bound(services, unread_count),
         {.shape = {"UnreadCount", kUnreadFields, R"({"unread":2})"}},
         kit::kNothing,
         {},
         "countUnreadNotifications"},
        {"POST",
         "/api/v1/notifications/mark-all-read",
         "notification.own",
         "Marks all of them read.",
         {},
         kit::bound(services, mark_all_read),
         {.shape = {"MarkedRead", kMarkedFields, R"({"marked":2})"}},
         kit::kNothing,
         {},
         "markAllNotificationsRead"},
        {"POST",
         "/api/v1/notifications/{id}/read",
         "notification.own",
         "Marks one read.",
         {},
         kit::bound(services, mark_read),
         {.rows = &kNotifications},
         kit::kNothing,
         {},
         "markNotificationRead"},
        {"GET",
         "/api/v1/notifications/preferences",
         "notification.own",
         "What one wants to be told.",
         {},
         kit::bound(services, preferences),
         kPreferred,
         kit::kNothing,
         {},
         "getNotificationPreferences"},
        {"PUT",
         "/api/v1/notifications/preferences",
         "notification.own",
         "Says anew what one wants to be told.",
         kPreferences,
         kit::bound(services, set_preferences),
         kPreferred,
         kit::kNothing,
         {},
         "setNotificationPreferences",
         kPreferencesExample},
    };
    for (auto& route : kit::routes_of(kNotifications, services)) {
        route.handle = [plain = std::move(route.handle)](const Request& request, const Caller& caller,
                                                         json::object& body) {
            return plain(with_plain_filters(request), as_reader(caller), body);
        };
        routes.push_back(std::move(route));
    }
    return routes;
}

}  // namespace nightshift::api::notifications
