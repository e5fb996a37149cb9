#include "api/kit/router.h"

#include <algorithm>
#include <charconv>

#include "api/kit/constraint.h"
#include "api/kit/headers.h"
#include "api/kit/idempotency.h"
#include "core/error/error.h"
#include "core/log/context.h"
#include "core/log/log.h"
#include "core/pg/mark.h"
#include "core/text/utf8.h"
#include "core/time/time.h"

namespace nightshift::api::kit {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
namespace json = core::json;

std::vector<std::string_view> segments(std::string_view path) {
    std::vector<std::string_view> out;
    while (!path.empty()) {
        path.remove_prefix(path.starts_with('/') ? 1 : 0);
        const auto end = path.find('/');
        if (const auto one = path.substr(0, end); !one.empty()) out.push_back(one);
        path = end == std::string_view::npos ? "" : path.substr(end);
    }
    return out;
}

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{');
}

/// What paths are told apart by first: their first word, or the one behind /api/v1.
std::string_view word_of(const std::vector<std::string_view>& path) {
    const bool is_api = path.size() > 2 && path[0] == "api" && path[1] == "v1";
    return path.empty() ? std::string_view{} : path[is_api ? 2 : 0];
}

/// Paths as the seeds write them: `/jobs` and `/api/jobs/` mean `/api/v1/jobs`. SPEC 0.
std::string canonical(std::string path) {
    if (path.starts_with("/api/v1/")) return path;
    if (path.starts_with("/api/")) return "/api/v1/" + path.substr(5);
    return "/api/v1" + path;
}

/// An error whose details can't be read is told all the same, without them.
json::value details_of(const Error& problem) {
    try {
        return json::parse_object(problem.details());
    } catch (const std::exception&) {
        return json::object{};
    }
}

/// What the database says names tables, columns and values: clients get what it means.
Error without_inner_words(const Error& problem) {
    if (problem.sqlstate().empty()) return problem;
    auto told = named(problem, {});
    if (told.sqlstate().empty()) return told;
    if (problem.code() == Code::timeout) return {Code::timeout, "this took too long; ask for less, or try again"};
    if (problem.code() == Code::unavailable) return {Code::unavailable, "others change the same now; try again"};
    return problem;  // of ours: told in general words anyway
}

/// In seconds, where the error knows.
std::string pause_of(const Error& problem) {
    const auto details = details_of(problem);
    const auto* pause = details.is_object() ? details.as_object().if_contains("retry_after") : nullptr;
    return pause != nullptr && pause->is_int64() ? std::to_string(pause->as_int64()) : "1";
}

Response error_response(const Error& thrown, const Request& request) {
    const auto problem = without_inner_words(thrown);
    // What went wrong inside is for the log; clients get the kind of it.
    const bool inside =
        problem.code() == Code::internal || problem.code() == Code::database || problem.code() == Code::unknown_outcome;
    if (inside)
        core::log::error("request.failed",
                         {{"request_id", request.id}, {"path", request.path}, {"error", problem.what()}});
    const std::string message = problem.code() == Code::internal
                                    ? "something went wrong here; the log has it under this request id"
                                : inside ? "the database can't be reached now; try again"
                                         : core::text::repaired(problem.what());
    auto response =
        core::http::problem_response(problem.status(), problem.name(), message, details_of(problem), request.id);
    if (problem.again()) response.headers.emplace_back("Retry-After", pause_of(problem));
    if (problem.status() == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

}  // namespace

const std::string& person_of(const Caller& caller) {
    if (caller.user.empty()) throw Error(Code::forbidden, "this token belongs to no person: sign in as one");
    return caller.user;
}

Reach Caller::reach(std::string_view permission) const {
    constexpr std::pair<std::string_view, Reach> kSuffixes[] = {
        {"", Reach::all}, {":all", Reach::all}, {":team", Reach::team}, {":own", Reach::own}, {":self", Reach::self}};
    auto reach = Reach::none;
    for (const std::string_view one : permissions) {
        if (one == "*") return Reach::all;
        if (!one.starts_with(permission)) continue;
        for (const auto& [suffix, value] : kSuffixes)
            if (one.substr(permission.size()) == suffix) reach = std::max(reach, value);
    }
    return reach;
}

struct Router::Entry {
    Route route;
    std::vector<std::string_view> parts;

    bool matches(const std::vector<std::string_view>& path) const {
        return std::ranges::equal(parts, path,
                                  [](auto part, auto given) { return is_parameter(part) || part == given; });
    }
};

Router::Router(std::vector<Route> routes, Access access, core::metrics::Registry* metrics)
    : access_(std::move(access)), meter_(metrics == nullptr ? nullptr : std::make_unique<Meter>(*metrics)) {
    for (auto& route : routes) {
        const auto path = route.path;
        entries_.push_back({std::move(route), segments(path)});
    }
    // A literal segment wins over a parameter: /reports/generate is no report's id.
    std::ranges::stable_sort(entries_, {},
                             [](const Entry& entry) { return std::ranges::count_if(entry.parts, is_parameter); });
    for (const auto& entry : entries_) {
        const auto word = word_of(entry.parts);
        if (is_parameter(word)) throw Error(Code::internal, "route " + std::string(entry.route.path) + ": has no name");
        by_word_[word].push_back(&entry);
    }
}

Router::~Router() = default;

const std::vector<const Router::Entry*>& Router::near(const std::vector<std::string_view>& path) const {
    static const std::vector<const Entry*> kNone;
    const auto found = by_word_.find(word_of(path));
    return found == by_word_.end() ? kNone : found->second;
}

namespace {

Caller caller_of(const Request& request, const Access& access) {
    const auto token = bearer_token(request.header("authorization"));
    if (!token) throw Error(Code::unauthorized, "Authorization: expected \"Bearer <token>\"");
    if (!access.identify) throw Error(Code::unauthorized, "Authorization: this token is not valid");
    auto who = access.identify(std::string(*token));
    return {.actor = std::move(who.actor),
            .organization = std::move(who.organization),
            .permissions = std::move(who.permissions),
            .user = std::move(who.user),
            .session = std::move(who.session)};
}

json::object body_of(const Request& request, const Route& route) {
    if (route.takes_any_body) return {};
    if (route.body.empty()) {
        if (!request.body.empty() && request.body != "{}") throw Error(Code::validation, "body: this route takes none");
        return {};
    }
    if (!request.body.empty() && !is_json(request.combined("content-type")))
        throw Error(Code::unsupported_media, "Content-Type: expected application/json, in UTF-8");
    auto body = request.body.empty() ? json::object{} : json::parse_object(request.body);
    core::schema::require(route.body, body, "", route.method == "PATCH");
    return body;
}

void require_accepted(const Request& request, std::string_view media_type) {
    if (!accepts(request, media_type))
        throw Error(Code::not_acceptable, "Accept: this answer is " + std::string(media_type));
}

/// {id} and its like, from the path. One that can't be an id names nothing.
void take_parameters(Request& request, const std::vector<std::string_view>& parts,
                     const std::vector<std::string_view>& path) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (!is_parameter(parts[i])) continue;
        const auto name = parts[i].substr(1, parts[i].size() - 2);
        if (name == "id" && !core::time::is_uuid(path[i]))
            throw Error(Code::not_found, "no such thing: " + std::string(path[i]));
        request.parameters.emplace(name, path[i]);
    }
}

/// What changes something is refused before it does; what only reads knows its media type when it is done.
Response served(const Route& route, const std::vector<std::string_view>& parts, Request& request,
                const std::vector<std::string_view>& path, const Access& access, Toll& toll) {
    Caller caller;
    if (access.protection != nullptr && route.tries_secrets) access.protection->admit_sign_in(request, toll);
    if (!route.permission.empty()) {
        caller = caller_of(request, access);
        if (access.protection != nullptr) access.protection->admit(caller, toll);
        if (!caller.may(route.permission))
            throw Error(Code::forbidden, "this needs the permission " + std::string(route.permission));
    }
    take_parameters(request, parts, path);
    const bool only_reads = route.method == "GET";
    if (!only_reads) require_accepted(request, "application/json");
    auto body = body_of(request, route);
    const auto handle = [&] { return route.handle(request, caller, body); };
    // Without a caller nobody's key could be told from another's.
    const bool has_keys = access.pool != nullptr && !route.permission.empty() && !route.has_secrets;
    auto response = has_keys ? once_per_key(*access.pool, route.path, request, caller, handle) : handle();
    if (only_reads && response.status == 200 && !response.live) require_accepted(request, response.content_type);
    return response;
}

}  // namespace

/// Finds the route, says which, and serves it. OPTIONS and HEAD are for every path that is there; the door makes GETs
/// of HEADs.
Response Router::routed(Request& request, std::string_view& template_path, Toll& toll) const {
    if (access_.protection != nullptr) access_.protection->admit(request, toll);
    auto path = segments(request.path);
    std::string allowed;
    const Entry* found = nullptr;
    const auto look = [&] {
        for (const auto* entry : near(path)) {
            if (!entry->matches(path)) continue;
            const auto method = entry->route.method;
            if (method == request.method && found == nullptr) found = entry;
            if (allowed.find(method) != std::string::npos) continue;
            allowed += std::string(method) + (method == "GET" ? ", HEAD, " : ", ");
        }
    };
    look();
    if (allowed.empty()) {
        request.path = canonical(request.path);
        path = segments(request.path);
        look();
    }
    if (allowed.empty()) throw Error(Code::not_found, "no such path: " + request.path);
    if (access_.protection != nullptr)
        if (auto answered = access_.protection->preflight(request, allowed + "OPTIONS")) return std::move(*answered);
    if (found == nullptr) {
        auto response =
            request.method == "OPTIONS"
                ? Response{.status = 204, .content_type = {}}
                : error_response(Error(Code::method_not_allowed, request.method + " is not for this path"), request);
        response.headers.emplace_back("Allow", allowed + "OPTIONS");
        return response;
    }
    template_path = found->route.path;
    return served(found->route, found->parts, request, path, access_, toll);
}

Response Router::answer(Request request) const {
    const auto began = std::chrono::steady_clock::now();
    const core::log::Context about([&](const core::log::Tell& tell) { tell("request_id", request.id); });
    const core::pg::ForRequest mark(request.id);
    Response response;
    std::string_view template_path;
    Toll toll;
    if (access_.protection != nullptr) request.peer = access_.protection->address_of(request);
    try {
        response = routed(request, template_path, toll);
    } catch (const Error& problem) {
        response = error_response(problem, request);
    } catch (const std::exception& problem) {
        response = error_response(Error(Code::internal, problem.what()), request);
    }
    if (access_.protection != nullptr) access_.protection->dress(request, toll, response);
    const auto elapsed = std::chrono::steady_clock::now() - began;
    if (meter_) meter_->count(template_path, request.method, response.status, elapsed);
    if (core::log::enabled(core::log::Level::debug))
        core::log::debug("request",
                         {{"request_id", request.id},
                          {"method", request.method},
                          {"path", request.path},
                          {"status", std::to_string(response.status)},
                          {"ms", std::to_string(std::chrono::duration<double, std::milli>(elapsed).count())}});
    return response;
}

Page page_of(const Request& request) {
    Page page;
    const auto number = [&](std::string_view name, int low, int high, int& into) {
        const auto given = request.argument(name);
        if (!given) return;
        const auto [end, failure] = std::from_chars(given->data(), given->data() + given->size(), into);
        if (failure != std::errc{} || end != given->data() + given->size() || into < low || into > high)
            throw Error(Code::validation, std::string(name) + ": expected a number from " + std::to_string(low) +
                                              " to " + std::to_string(high) + ", got \"" + std::string(*given) + "\"");
    };
    number("limit", 1, 200, page.limit);
    number("skip", 0, 1'000'000, page.skip);
    return page;
}

std::string argument_of(const Request& request, std::string_view name) {
    return std::string(request.argument(name).value_or(""));
}

}  // namespace nightshift::api::kit
