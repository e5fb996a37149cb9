#include "api/openapi/document.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "api/openapi/operation.h"
#include "api/openapi/pages.h"
#include "api/openapi/words.h"
#include "core/secret/secret.h"

namespace nightshift::api::openapi {
namespace {

using core::http::Request;
using core::http::Response;
using kit::Route;
namespace json = core::json;

/// Subjects that no resource says a sentence about.
constexpr std::pair<std::string_view, std::string_view> kSubjects[] = {
    {"activity", "What people did to jobs."},
    {"audit-logs", "Who changed what."},
    {"auth", "Signing in and out, and who one is."},
    {"dashboard", "How things stand."},
    {"dead", "Dead runs, together by the shape of their failure."},
    {"events", "What happens, as it happens."},
    {"organization", "The organization one is signed in to."},
    {"queues", "Named lanes of runs, and their limits."},
    {"reports", "Files that workers make."},
    {"runs", "Background work, from submission to its end."},
    {"schedules", "Cron rules that make runs."},
    {"service", "The daemon itself: health, metrics, keys, this description."},
    {"workers", "Processes that do the work."},
};

constexpr std::string_view kAbout =
    "Jobs, tickets and what belongs to them, and the background work that is done for them.\n\n"
    "Errors are always `{error, message, details, request_id}`. Lists are JSON arrays; `Link` and `X-Next-Cursor` lead "
    "on. Times are RFC 3339 in UTC, ids are UUIDs. Unknown fields are refused. Any path may end with a slash.";

/// Pages and WebSockets are none of what OpenAPI can tell.
bool is_described(const Route& route) {
    constexpr int kSwitching = 101;
    return route.answer.status != kSwitching && route.answer.media_type != "text/html";
}

/// "job-types" -> "Job types"
std::string title_of(std::string name) {
    std::ranges::replace(name, '-', ' ');
    name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    return name;
}

json::array tags_of(std::span<const Route> routes) {
    std::map<std::string, std::string> found;
    for (const auto& route : routes) {
        if (!is_described(route)) continue;
        const auto name = tag_of(route);
        auto& doc = found[name];
        const auto* known = std::ranges::find(kSubjects, name, &std::pair<std::string_view, std::string_view>::first);
        if (route.answer.rows != nullptr && route.answer.rows->name == name)
            doc = route.answer.rows->doc;
        else if (doc.empty())
            doc = known != std::end(kSubjects) ? std::string(known->second) : title_of(name) + ".";
    }
    json::array out;
    for (const auto& [name, doc] : found)
        out.push_back(json::object{{"name", name}, {"description", doc}, {"x-displayName", title_of(name)}});
    return out;
}

json::object security_schemes() {
    return {{"bearer", json::object{{"type", "http"},
                                    {"scheme", "bearer"},
                                    {"bearerFormat", "JWT"},
                                    {"description", "The `access_token` of POST /api/v1/auth/login."}}},
            {"apiKey",
             json::object{
                 {"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "nsk_..."}, {"description", "An API key."}}},
            {"refreshCookie", json::object{{"type", "apiKey"},
                                           {"in", "cookie"},
                                           {"name", "refresh_token"},
                                           {"description", "Set when signing in; only good for refreshing."}}}};
}

Response serve(const Request& request, const std::string& text, const std::string& tag) {
    Response response{.headers = {{"ETag", tag}, {"Cache-Control", "no-cache"}}};
    if (request.header("if-none-match").find(tag) != std::string_view::npos) {
        response.status = 304;
        response.content_type = {};
    } else {
        response.body = text;
    }
    return response;
}

}  // namespace

json::object document(std::span<const Route> routes) {
    Components components;
    json::object paths;
    for (const auto& route : routes) {
        if (!is_described(route)) continue;
        std::string method(route.method);
        std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
        auto& path = paths.emplace(route.path, json::object{}).first->value().as_object();
        path[method] = operation(route, components);
    }
    auto shared = components.all();
    shared["securitySchemes"] = security_schemes();
    return {{"openapi", "3.1.0"},
            {"info", json::object{{"title", "Nightshift"},
                                  {"version", NIGHTSHIFT_VERSION},
                                  {"description", kAbout},
                                  {"license", json::object{{"name", "MIT"}, {"identifier", "MIT"}}}}},
            {"servers", json::array{json::object{{"url", "/"}, {"description", "This daemon."}}}},
            {"security", json::array{json::object{{"bearer", json::array{}}}, json::object{{"apiKey", json::array{}}}}},
            {"tags", tags_of(routes)},
            {"paths", std::move(paths)},
            {"components", std::move(shared)}};
}

void publish(std::vector<Route>& routes, const std::string& pages) {
    const auto kept = std::make_shared<std::pair<std::string, std::string>>();
    routes.push_back({.method = "GET",
                      .path = "/openapi.json",
                      .permission = "",
                      .doc = "This API, described.",
                      .handle = [kept](const Request& request, const kit::Caller&,
                                       json::object&) { return serve(request, kept->first, kept->second); },
                      .takes = kit::kIfNoneMatch,
                      .name = "getOpenApi"});
    for (auto& route : page_routes(pages)) routes.push_back(std::move(route));
    kept->first = json::text(document(routes));
    kept->second = '"' + core::secret::digest(kept->first).substr(0, 32) + '"';
}

}  // namespace nightshift::api::openapi
