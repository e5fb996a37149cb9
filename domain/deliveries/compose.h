// What a mail says: of notifications, or in words of its own. Pure but for the rows it is given.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/mail/message.h"
#include "domain/deliveries/deliveries.h"

namespace nightshift::domain::deliveries {

/// One thing to tell.
struct Item {
    std::string type, title, body, job, key, job_title;
    std::chrono::system_clock::time_point at;
};

struct Letter {
    std::string id, organization, user, address, name, time_zone, event;
    bool is_digest = false;
    std::string about;  ///< what it is about: mails of the same form a thread
    std::chrono::system_clock::time_point at;
};

/// Not empty.
core::mail::Message letter_of_items(const Letter& letter, const std::vector<Item>& items, const MailSettings& settings,
                                    const std::string& key);
/// What enqueue() kept.
core::mail::Message letter_of_words(const Letter& letter, const core::json::object& kept, const MailSettings& settings,
                                    const std::string& key);

}  // namespace nightshift::domain::deliveries
