// Webhooks as Standard Webhooks 1.0.0 has them: what is signed, which events there are, when a failed one is tried
// again. Pure; the rows are the statements'. docs/how-to/receive-webhooks.md.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"

namespace nightshift::domain::webhooks {

/// "whsec_" and 32 random bytes.
std::string new_secret();

/// webhook-id, webhook-timestamp and webhook-signature: one signature for each secret, a blank between.
std::vector<std::pair<std::string, std::string>> signed_headers(const std::string& id,
                                                                std::chrono::system_clock::time_point at,
                                                                std::string_view body,
                                                                const std::vector<std::string>& secrets);

/// What Slack and those who do as it does take: {"text": ".."}, with people's words as they are.
std::string slack_body(const core::json::object& event);

/// How long after so many tries the next one is, with up to a tenth more by chance (0..1); negative: there is none.
std::chrono::seconds pause_after(int tries, double chance);

/// Says what is wrong with a list of events, or nothing.
std::string check_events(const core::json::value& events);

/// A destination is asked no more; who manages webhooks is told, in another way. False: it was off already.
bool switch_off(core::pg::Transaction& tx, const std::string& webhook, const std::string& why);

}  // namespace nightshift::domain::webhooks
