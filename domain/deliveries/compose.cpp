#include "domain/deliveries/compose.h"

#include <algorithm>
#include <set>

#include "core/secret/secret.h"
#include "core/time/wall_clock.h"
#include "domain/deliveries/template.h"

namespace nightshift::domain::deliveries {
namespace {

namespace json = core::json;

std::string in_words(std::string event) {
    std::ranges::replace(event, '_', ' ');
    return event;
}

std::string list_of(const std::set<std::string>& events) {
    std::string out;
    for (const auto& event : events) out += (out.empty() ? "" : ", ") + in_words(event);
    return out;
}

/// What every mail has, whatever it says.
core::mail::Message envelope_of(const Letter& letter, const MailSettings& settings) {
    const auto host = settings.from.address.substr(settings.from.address.find('@') + 1);
    return {.from = settings.from,
            .to = {letter.address, letter.name},
            .subject = {},
            .text = {},
            .id = letter.id + "@" + host,
            .thread = letter.about.empty() || letter.is_digest
                          ? std::string{}
                          : core::secret::digest(letter.about).substr(0, 32) + "@" + host,
            .at = letter.at};
}

std::string link_to_end(const Letter& letter, const std::set<std::string>& events, const MailSettings& settings,
                        const std::string& key) {
    constexpr std::size_t kMostEvents = 8;  // a header's line is not endless
    Unsubscription what{.organization = letter.organization, .user = letter.user};
    if (letter.user.empty()) what.address = letter.address;
    what.events.assign(events.begin(), events.end());
    if (events.size() > kMostEvents) what.events = {"*"};
    return settings.site + "/unsubscribe?token=" + token_of(key, what);
}

std::string heading_of(const Letter& letter, const std::vector<Item>& items) {
    const auto& first = items.front();
    if (letter.is_digest)
        return items.size() == 1 ? "Your day: one thing" : "Your day: " + std::to_string(items.size()) + " things";
    if (items.size() == 1) return first.title;
    return std::to_string(items.size()) + " news" + (first.job_title.empty() ? "" : ": " + first.job_title);
}

}  // namespace

core::mail::Message letter_of_items(const Letter& letter, const std::vector<Item>& items, const MailSettings& settings,
                                    const std::string& key) {
    auto mail = envelope_of(letter, settings);
    std::set<std::string> events;
    json::array told;
    for (const auto& item : items) {
        events.insert(item.type);
        told.push_back(json::object{{"title", item.title},
                                    {"body", item.body},
                                    {"key", item.key},
                                    {"at", core::time::wall_clock(item.at, letter.time_zone)}});
    }
    mail.unsubscribe = link_to_end(letter, events, settings, key);
    const auto heading = heading_of(letter, items);
    const json::object values{{"heading", heading},
                              {"items", std::move(told)},
                              {"why", "You get this because you are told by mail of: " + list_of(events) + "."},
                              {"unsubscribe", mail.unsubscribe}};
    const std::string form = letter.is_digest ? "digest" : "notification";
    mail.subject = (letter.is_digest || items.front().key.empty() ? "" : "[" + items.front().key + "] ") + heading;
    mail.text = rendered(form + ".txt", values);
    mail.html = rendered(form + ".html", values);
    return mail;
}

core::mail::Message letter_of_words(const Letter& letter, const json::object& kept, const MailSettings& settings,
                                    const std::string& key) {
    auto mail = envelope_of(letter, settings);
    mail.subject = json::text_in(kept, "subject");
    mail.unsubscribe = link_to_end(letter, {letter.event}, settings, key);
    const auto made_from = json::text_in(kept, "made_from");
    auto values =
        made_from.empty() ? json::object{{"text", json::text_in(kept, "text")}} : kept.at("values").as_object();
    values["why"] = "You get this because you are told by mail of: " + in_words(letter.event) + ".";
    values["unsubscribe"] = mail.unsubscribe;
    const auto form = made_from.empty() ? std::string("message") : made_from;
    mail.text = rendered(form + ".txt", values);
    const auto html = json::text_in(kept, "html");
    mail.html = html.empty() ? rendered(form + ".html", values) : html;
    return mail;
}

}  // namespace nightshift::domain::deliveries
