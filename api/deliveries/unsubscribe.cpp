#include "api/deliveries/unsubscribe.h"

#include "domain/deliveries/deliveries.h"
#include "domain/deliveries/template.h"

namespace nightshift::api::deliveries {
namespace {

using core::http::Request;
using core::http::Response;
namespace json = core::json;

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Nightshift</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:4em auto;padding:0 1em;color:#1c2330}
button{font:inherit;padding:.5em 1.2em;border:0;border-radius:6px;background:#1d5fc4;color:#fff;cursor:pointer}</style></head>
<body><h1>{{heading}}</h1><p>{{text}}</p>{{#button}}<form method="post"><button>{{button}}</button></form>{{/button}}</body></html>
)";

domain::deliveries::Unsubscription asked_for(const kit::Services& services, const Request& request) {
    return domain::deliveries::unsubscription_of(domain::deliveries::signing_key(services.pool),
                                                 request.argument("token").value_or(""));
}

std::string in_words(const domain::deliveries::Unsubscription& what) {
    if (what.user.empty()) return "any mail to " + what.address;
    std::string events;
    for (auto event : what.events) {
        for (auto& c : event)
            if (c == '_') c = ' ';
        events += (events.empty() ? "" : ", ") + (event == "*" ? "anything" : event);
    }
    return "mail about: " + events;
}

Response page(const std::string& heading, const std::string& text, const std::string& button) {
    return {.body = domain::deliveries::rendered_text(kPage, {{"heading", heading}, {"text", text}, {"button", button}},
                                                      true),
            .content_type = "text/html; charset=utf-8",
            .headers = {{"Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"},
                        {"Cache-Control", "no-store"},
                        {"Referrer-Policy", "no-referrer"}}};
}

Response show(const kit::Services& services, const Request& request, const kit::Caller&, json::object&) {
    return page("No more mail?", "You will get no more " + in_words(asked_for(services, request)) + ".",
                "No more of these");
}

Response end(const kit::Services& services, const Request& request, const kit::Caller&, json::object&) {
    const auto what = asked_for(services, request);
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(
        lease, {.actor = what.user.empty() ? "system" : "user:" + what.user, .organization = what.organization});
    domain::deliveries::unsubscribe(tx, what);
    tx.commit();
    return page("Done", "You get no more " + in_words(what) + ". Your notification preferences bring it back.", "");
}

}  // namespace

std::vector<kit::Route> unsubscribe_routes(const kit::Services& services) {
    return {{.method = "GET",
             .path = "/unsubscribe",
             .permission = "",
             .doc = "What the link in a mail would end.",
             .handle = kit::bound(services, show),
             .answer = {.media_type = "text/html"},
             .tries_secrets = true},
            {.method = "POST",
             .path = "/unsubscribe",
             .permission = "",
             .doc = "Ends mails like the one with this link.",
             .handle = kit::bound(services, end),
             .answer = {.media_type = "text/html"},
             .takes_any_body = true,
             .tries_secrets = true}};
}

}  // namespace nightshift::api::deliveries
