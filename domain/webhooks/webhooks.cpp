#include "domain/webhooks/webhooks.h"

#include <algorithm>
#include <array>

#include "core/error/error.h"
#include "core/secret/secret.h"
#include "core/text/base64.h"
#include "core/text/utf8.h"
#include "domain/notifications/sql.h"
#include "domain/webhooks/sql.h"

namespace nightshift::domain::webhooks {
namespace {

using namespace std::chrono_literals;
namespace json = core::json;

constexpr std::string_view kPrefix = "whsec_";

// docs/reference/events.md
constexpr std::array<std::string_view, 16> kEvents{"*",
                                                   "job_created",
                                                   "job_updated",
                                                   "job_assigned",
                                                   "job_status_changed",
                                                   "job_completed",
                                                   "job_deleted",
                                                   "job_overdue",
                                                   "comment_added",
                                                   "attachment_added",
                                                   "sla_warning",
                                                   "sla_breached",
                                                   "report_ready",
                                                   "report_failed",
                                                   "notification",
                                                   "webhook_test"};

std::string for_slack(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return out;
}

std::string key_of(std::string_view secret) {
    if (secret.starts_with(kPrefix)) secret.remove_prefix(kPrefix.size());
    return core::text::from_base64(secret);
}

}  // namespace

std::string new_secret() {
    return std::string(kPrefix) + core::text::base64(core::text::from_base64url(core::secret::random_token(32)));
}

std::vector<std::pair<std::string, std::string>> signed_headers(const std::string& id,
                                                                std::chrono::system_clock::time_point at,
                                                                std::string_view body,
                                                                const std::vector<std::string>& secrets) {
    const auto stamp = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
    const auto said = id + "." + stamp + "." + std::string(body);
    std::string signatures;
    for (const auto& secret : secrets)
        signatures +=
            (signatures.empty() ? "v1," : " v1,") + core::text::base64(core::secret::hmac_bytes(key_of(secret), said));
    return {{"webhook-id", id}, {"webhook-timestamp", stamp}, {"webhook-signature", signatures}};
}

std::string slack_body(const json::object& event) {
    auto what = json::text_in(event, "type");
    std::ranges::replace(what, '_', ' ');
    std::string text = "*" + what + "*";
    if (const auto* data = event.if_contains("data"); data != nullptr && data->is_object()) {
        const auto key = json::text_in(data->as_object(), "key");
        auto title = json::text_in(data->as_object(), "title");
        if (title.empty()) title = json::text_in(data->as_object(), "name");
        if (!key.empty()) text += " " + for_slack(key);
        if (!title.empty()) text += ": " + for_slack(core::text::cut(title, 500));
    }
    return json::text(json::object{{"text", text}});
}

std::chrono::seconds pause_after(int tries, double chance) {
    constexpr std::array<std::chrono::seconds, 9> kPauses{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
    if (tries < 1 || tries > static_cast<int>(kPauses.size())) return -1s;
    const auto pause = kPauses.at(static_cast<std::size_t>(tries) - 1);
    return pause + std::chrono::seconds(static_cast<std::int64_t>(static_cast<double>(pause.count()) * chance / 10));
}

std::string check_events(const json::value& events) {
    for (const auto& one : events.as_array()) {
        const std::string_view name = one.as_string();
        if (std::ranges::find(kEvents, name) == kEvents.end())
            return "there is no event \"" + std::string(name) + '"' +
                   core::suggestion(name, kEvents.data(), kEvents.data() + kEvents.size());
    }
    return {};
}

bool switch_off(core::pg::Transaction& tx, const std::string& webhook, const std::string& why) {
    const auto rows = tx.run(sql::switch_off, webhook, why);
    if (rows.empty()) return false;
    tx.run(sql::withdraw, webhook);
    const std::string organization(rows.text(0, 0)), name(rows.text(0, 1));
    const auto managers = tx.run(sql::managers, organization);
    std::vector<std::string> people;
    for (std::size_t i = 0; i < managers.size(); ++i) people.emplace_back(managers.text(i, 0));
    if (!people.empty())
        tx.run(notifications::sql::tell, organization, people, "webhook_off", "Webhook switched off: " + name, why, "",
               nullptr);
    return true;
}

}  // namespace nightshift::domain::webhooks
