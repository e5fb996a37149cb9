#include "domain/deliveries/deliveries.h"

#include "core/error/error.h"
#include "core/secret/secret.h"
#include "core/text/base64.h"
#include "core/time/time.h"
#include "domain/deliveries/sql.h"
#include "domain/deliveries/template.h"
#include "queue/submit.h"

namespace nightshift::domain::deliveries {
namespace {

using core::Code;
using core::Error;
namespace json = core::json;

constexpr char kBetween = '\n';  // stands in no id, address and event

/// Fails now rather than at night.
void require_whole(const Message& message) {
    if (!message.address.empty())
        if (const auto problem = core::mail::address_problem(message.address); !problem.empty())
            throw Error(Code::validation, "address: " + problem);
    if (message.address.empty() == message.user.empty())
        throw Error(Code::validation, "user: expected it or an address, and not both");
    if (message.made_from.empty()) return;
    if (!is_template(message.made_from))
        throw Error(Code::validation, "made_from: there is no template \"" + message.made_from + '"');
    auto values = message.values;
    values["why"] = values["unsubscribe"] = "";
    (void)rendered(message.made_from + ".txt", values);
    (void)rendered(message.made_from + ".html", values);
}

json::object kept_message(const Message& message) {
    json::array reports;
    for (const auto& report : message.reports) reports.emplace_back(report);
    return {{"subject", message.subject},     {"text", message.text},     {"html", message.html},
            {"made_from", message.made_from}, {"values", message.values}, {"reports", std::move(reports)}};
}

}  // namespace

std::string enqueue(core::pg::Transaction& tx, const Message& message) {
    require_whole(message);
    auto id = core::time::uuid7();
    const auto kept = tx.run(sql::insert, id, message.organization, message.user, message.address, message.event,
                             json::text(kept_message(message)), message.about);
    if (kept.empty()) return {};
    queue::submit(tx, {.kind = "notification.deliver",
                       .args = {{"delivery_id", id}},
                       .organization = message.organization,
                       .origin = "handler"});
    return id;
}

void prepare(core::pg::Pool& pool, const MailSettings& settings) {
    check_templates();
    if (!settings.is_on()) {
        core::pg::once(pool, sql::setup_clear);
        return;
    }
    core::pg::once(pool, sql::setup_set, core::time::as_seconds(settings.collect), settings.digest_at);
    (void)signing_key(pool);
}

std::string signing_key(core::pg::Pool& pool) {
    for (;;) {  // empty: somebody made one at this moment, which the next look sees
        const auto rows = core::pg::once(pool, sql::secret, core::secret::random_token());
        if (!rows.empty()) return std::string(rows.text(0, 0));
    }
}

std::string token_of(const std::string& key, const Unsubscription& unsubscription) {
    auto words = unsubscription.organization + kBetween + unsubscription.user + kBetween + unsubscription.address;
    for (const auto& event : unsubscription.events) words += kBetween + event;
    return core::text::base64url(words) + "." + core::secret::hmac(key, "unsubscribe\n" + words);
}

Unsubscription unsubscription_of(const std::string& key, std::string_view token) {
    const auto wrong = Error(Code::forbidden, "token: this link is not valid; take the one in the mail as it stands");
    const auto dot = token.find('.');
    if (dot == std::string_view::npos || token.size() > 4000) throw wrong;
    std::string words;
    try {
        words = core::text::from_base64url(token.substr(0, dot));
    } catch (const std::exception&) {
        throw wrong;
    }
    if (!core::secret::same(token.substr(dot + 1), core::secret::hmac(key, "unsubscribe\n" + words))) throw wrong;
    std::vector<std::string> parts;
    std::string_view rest = words;
    for (;;) {
        const auto end = std::min(rest.find(kBetween), rest.size());
        parts.emplace_back(rest.substr(0, end));
        if (end == rest.size()) break;
        rest.remove_prefix(end + 1);
    }
    if (parts.size() < 3) throw wrong;
    return {parts[0], parts[1], parts[2], {parts.begin() + 3, parts.end()}};
}

void unsubscribe(core::pg::Transaction& tx, const Unsubscription& unsubscription) {
    if (unsubscription.user.empty())
        tx.run(sql::suppress, unsubscription.organization, unsubscription.address, "unsubscribed", "");
    else
        tx.run(sql::preference_off, unsubscription.organization, unsubscription.user, unsubscription.events);
}

}  // namespace nightshift::domain::deliveries
