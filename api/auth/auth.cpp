#include "api/auth/auth.h"

#include "core/error/error.h"
#include "domain/identity/email.h"
#include "domain/identity/sql.h"

namespace nightshift::api::auth {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::schema::Field;
using core::schema::Type;
using domain::identity::Origin;
using domain::identity::Tokens;
using kit::Caller;
using kit::Services;
namespace json = core::json;

constexpr std::string_view kCookie = "refresh_token";

constexpr Field kRegister[] = {
    {"email",
     Type::text,
     "Who signs in.",
     {.min = 3, .max = 254, .required = true, .check = domain::identity::check_email}},
    {"password", Type::text, "8 characters at least, 72 bytes at most.", {.min = 8, .max = 72, .required = true}},
    {"name", Type::text, "The whole name.", {.max = 200}},
    {"first_name", Type::text, "Given name.", {.max = 100}},
    {"last_name", Type::text, "Family name.", {.max = 100}},
    {"organization", Type::text, "The organization's slug, where there are several.", {.max = 100}},
};
constexpr Field kLogin[] = {
    {"email", Type::text, "Who signs in.", {.max = 254}},
    {"username", Type::text, "The same as email.", {.max = 254}},
    {"password", Type::text, "The password.", {.max = 1000, .required = true}},
};
constexpr Field kRefresh[] = {
    {"refresh_token", Type::text, "The refresh token; without one the cookie counts.", {.max = 500}},
    {"refresh", Type::text, "The same as refresh_token.", {.max = 500}},
};
constexpr Field kChangePassword[] = {
    {"current_password", Type::text, "The password until now.", {.max = 1000, .required = true}},
    {"new_password", Type::text, "8 characters at least, 72 bytes at most.", {.min = 8, .max = 72, .required = true}},
};

constexpr core::schema::Field kTokenFields[] = {
    {"access_token", Type::text, "For `Authorization: Bearer`; a JWT."},
    {"token_type", Type::text, "bearer"},
    {"expires_in", Type::integer, "For how many seconds the access token is good."},
    {"refresh_token", Type::text, "For POST /auth/refresh, once; also a cookie."},
};
constexpr kit::Shape kTokens{
    "Tokens", kTokenFields,
    R"({"access_token":"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl","token_type":"bearer","expires_in":900,
"refresh_token":"3mqOQ2nL1Xo0kE5bY8wq7sV9u4r6t2a"})"};
constexpr kit::Answer kSignedIn{.shape = kTokens};
constexpr core::schema::Rules kMaybe{.nullable = true};
constexpr Field kHomeFields[] = {
    {"id", Type::uuid, "Its id."},
    {"name", Type::text, "Its name."},
    {"slug", Type::text, "Its short name."},
    {"time_zone", Type::text, "IANA time zone."},
};
constexpr Field kMeFields[] = {
    {"id", Type::uuid, "The person's id."},
    {"email", Type::text, "Who signs in."},
    {"name", Type::text, "The whole name."},
    {"first_name", Type::text, "Given name.", kMaybe},
    {"last_name", Type::text, "Family name.", kMaybe},
    {"phone", Type::text, "A telephone number.", kMaybe},
    {"role", Type::text, "The role's name."},
    {"permissions", Type::texts, "What one may."},
    {"department_id", Type::uuid, "The department one is in.", kMaybe},
    {"time_zone", Type::text, "IANA time zone."},
    {"locale", Type::text, "Language, as in BCP 47."},
    {"is_active", Type::boolean, "May sign in."},
    {"last_login_at", Type::timestamp, "When one last signed in.", kMaybe},
    {"created_at", Type::timestamp, "When the account was made."},
    {"updated_at", Type::timestamp, "When it was last changed."},
    {"organization", Type::object, "Where one works.", {.fields = kHomeFields}},
};
constexpr kit::Answer kMe{.shape = {"Me", kMeFields}};
constexpr Field kKeySetFields[] = {{"keys", Type::array, "JSON Web Keys (RFC 7517)."}};
constexpr std::string_view kWithToken = R"({"refresh_token": "3mqOQ2nL1Xo0kE5bY8wq7sV9u4r6t2a"})";

Origin origin_of(const Request& request) {
    return {request.peer, std::string(request.header("user-agent"))};
}

std::string cookie_of(const Request& request) {
    std::string_view rest = request.header("cookie");
    while (!rest.empty()) {
        auto one = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        while (one.starts_with(' ')) one.remove_prefix(1);
        if (one.starts_with(kCookie) && one.substr(kCookie.size()).starts_with('='))
            return std::string(one.substr(kCookie.size() + 1));
    }
    return {};
}

std::string secure(const Services& services) {
    return services.setting("api.behind_tls") == json::value(true) ? "; Secure" : "";
}

/// The refresh token is also a cookie that no script reads and no other site sends.
Response signed_in(const Services& services, int status, const Tokens& tokens) {
    json::object body{{"access_token", tokens.access},
                      {"token_type", "bearer"},
                      {"expires_in", tokens.expires_in.count()},
                      {"refresh_token", tokens.refresh}};
    auto response = core::http::json_response(status, body);
    response.headers.emplace_back("Set-Cookie", std::string(kCookie) + "=" + tokens.refresh + "; Path=/; Max-Age=" +
                                                    std::to_string(tokens.refresh_expires_in.count()) +
                                                    "; HttpOnly; SameSite=Strict" + secure(services));
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

Response enroll(const Services& services, const Request& request, const Caller&, json::object& body) {
    const auto tokens = services.gate->enroll({.email = json::text_in(body, "email"),
                                               .password = json::text_in(body, "password"),
                                               .name = json::text_in(body, "name"),
                                               .first_name = json::text_in(body, "first_name"),
                                               .last_name = json::text_in(body, "last_name"),
                                               .organization = json::text_in(body, "organization")},
                                              origin_of(request));
    return signed_in(services, 201, tokens);
}

Response login(const Services& services, const Request& request, const Caller&, json::object& body) {
    auto email = json::text_in(body, "email");
    if (email.empty()) email = json::text_in(body, "username");
    if (email.empty()) throw Error(Code::validation, "email: is required", R"({"fields":{"email":"is required"}})");
    return signed_in(services, 200, services.gate->login(email, json::text_in(body, "password"), origin_of(request)));
}

Response refresh(const Services& services, const Request& request, const Caller&, json::object& body) {
    auto token = json::text_in(body, "refresh_token");
    if (token.empty()) token = json::text_in(body, "refresh");
    if (token.empty()) token = cookie_of(request);
    if (token.empty()) throw Error(Code::unauthorized, "refresh_token: expected one in the body or as a cookie");
    return signed_in(services, 200, services.gate->refresh(token, origin_of(request)));
}

Response logout(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    auto token = json::text_in(body, "refresh_token");
    if (token.empty()) token = cookie_of(request);
    services.gate->logout(token, caller.session);
    return {.status = 204,
            .content_type = {},
            .headers = {{"Set-Cookie",
                         std::string(kCookie) + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict" + secure(services)}}};
}

Response me(const Services& services, const Request&, const Caller& caller, json::object&) {
    const auto rows =
        core::pg::once(services.pool, domain::identity::sql::user_me, kit::user_of(caller), caller.organization);
    if (rows.empty()) throw Error(Code::not_found, "this token belongs to no person");
    return core::http::text_response(200, std::string(rows.text(0, 0)));
}

Response change_password(const Services& services, const Request&, const Caller& caller, json::object& body) {
    services.gate->change_password(
        {.actor = caller.actor, .user = caller.user, .organization = caller.organization, .session = caller.session},
        json::text_in(body, "current_password"), json::text_in(body, "new_password"));
    return {.status = 204, .content_type = {}};
}

Response keys(const Services& services, const Request&, const Caller&, json::object&) {
    auto response = core::http::json_response(200, services.gate->key_set());
    response.headers.emplace_back("Cache-Control", "public, max-age=300");
    return response;
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    std::vector<kit::Route> routes{
        {"POST",
         "/api/v1/auth/register",
         "",
         "Makes an account and signs in.",
         kRegister,
         bind(enroll),
         {.status = 201, .shape = kTokens},
         kit::kCookie,
         {},
         "register",
         R"({"email": "nora@example.com", "password": "correct horse battery", "first_name": "Nora", "last_name": "Night", "organization": "aurora"})"},
        {"POST",
         "/api/v1/auth/login",
         "",
         "Signs in.",
         kLogin,
         bind(login),
         kSignedIn,
         kit::kCookie,
         {},
         "login",
         R"({"email": "admin@demo.com", "password": "demo123"})"},
        {"POST",
         "/api/v1/auth/refresh",
         "",
         "A new access token for a refresh token, which is used up.",
         kRefresh,
         bind(refresh),
         kSignedIn,
         kit::kCookie,
         {},
         "refresh",
         kWithToken},
        {"POST",
         "/api/v1/auth/token/refresh",
         "",
         "The same as /auth/refresh.",
         kRefresh,
         bind(refresh),
         kSignedIn,
         kit::kCookie,
         {},
         "refreshToken",
         kWithToken},
        {"POST",
         "/api/v1/auth/logout",
         "account.own",
         "Signs out: the session's tokens end.",
         kRefresh,
         bind(logout),
         {.status = 204},
         kit::kNothing,
         {},
         "logout",
         kWithToken},
        {"GET",
         "/api/v1/auth/me",
         "account.own",
         "Who is signed in, and what they may.",
         {},
         bind(me),
         kMe,
         kit::kNothing,
         {},
         "getMe"},
        {"GET",
         "/api/v1/auth/profile",
         "account.own",
         "The same as /auth/me.",
         {},
         bind(me),
         kMe,
         kit::kNothing,
         {},
         "getProfile"},
        {"GET",
         "/api/v1/users/me",
         "account.own",
         "The same as /auth/me.",
         {},
         bind(me),
         kMe,
         kit::kNothing,
         {},
         "getMyUser"},
        {"POST",
         "/api/v1/auth/change-password",
         "account.own",
         "Changes one's password and signs out everywhere.",
         kChangePassword,
         bind(change_password),
         {.status = 204},
         kit::kNothing,
         {},
         "changePassword",
         R"({"current_password": "demo123", "new_password": "correct horse battery"})"},
        {"GET",
         "/.well-known/jwks.json",
         "",
         "The public keys that access tokens are signed with.",
         {},
         bind(keys),
         {.shape = {"KeySet", kKeySetFields}},
         kit::kNothing,
         {},
         "getKeys"},
    };
    for (auto& route : routes) {
        route.has_secrets = true;
        route.tries_secrets = route.method == "POST" && route.name != "logout";
    }
    return routes;
}

}  // namespace nightshift::api::auth
